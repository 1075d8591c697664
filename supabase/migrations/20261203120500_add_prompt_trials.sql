-- Experiments between versions of a prompt: their settings, the arm of each execution, and incremental sums of each metric, from
-- which results are computed without reading executions. A trial is an experiment or a canary.
do $migration$
begin
  if to_regclass('public.ab_tests') is null then
    raise exception '20261203120500_add_prompt_trials needs 20241123120000_add_prompt_version_control: apply that first.';
  end if;

  alter table public.ab_tests
    add column if not exists environment text not null default 'default'
      check (environment ~ '^[a-z][a-z0-9_.-]{0,35}$'),
    add column if not exists coverage double precision not null default 100 check (coverage > 0 and coverage <= 100),
    add column if not exists metrics jsonb not null default '[]' check (jsonb_typeof(metrics) = 'array'),
    add column if not exists relevant_difference double precision not null default 0.02
      check (relevant_difference between 0 and 1),
    add column if not exists expected_sample integer not null default 10000 check (expected_sample >= 100),
    add column if not exists bounds jsonb not null default '{}' check (jsonb_typeof(bounds) = 'object'),
    add column if not exists label_version integer,
    add column if not exists started_by uuid,
    add column if not exists completed_by uuid;
  comment on column public.ab_tests.label_version is 'version with the label production at the start';
  drop index if exists public.ab_tests_one_running_key;
  create unique index if not exists ab_tests_one_running_per_environment_key on public.ab_tests (prompt_key, environment)
    where status = 'running';

  alter table public.prompt_executions
    add column if not exists trial_id uuid,
    add column if not exists trial_step smallint,
    add column if not exists trial_arm text;
  comment on column public.prompt_executions.trial_id is 'experiment or canary that chose the version';

  if to_regclass('vc_private.prompt_trial_sums') is null then
    create table vc_private.prompt_trial_sums (
      trial_id uuid not null,
      step smallint not null,
      arm text not null,
      metric text not null,
      count bigint not null,
      sum double precision not null,
      sum_of_squares double precision not null,
      primary key (trial_id, step, arm, metric)
    );
    comment on table vc_private.prompt_trial_sums is 'sums over the observations of a metric; the metric units counts units';
    alter table vc_private.prompt_trial_sums enable row level security;
    revoke all on vc_private.prompt_trial_sums from public, anon, authenticated, service_role;
    grant select, insert, update on vc_private.prompt_trial_sums to vc_prompt_registry;
    create policy registry_selects on vc_private.prompt_trial_sums for select to vc_prompt_registry using (true);
    create policy registry_inserts on vc_private.prompt_trial_sums for insert to vc_prompt_registry with check (true);
    create policy registry_updates on vc_private.prompt_trial_sums for update
      to vc_prompt_registry using (true) with check (true);
  end if;

  -- Counts each unit once. Units are hashed with the id of the trial, so that a row tells nothing about a person.
  if to_regclass('vc_private.prompt_trial_units') is null then
    create table vc_private.prompt_trial_units (
      trial_id uuid not null,
      unit_hash bytea not null,
      arm text not null,
      first_seen_at timestamptz not null default now(),
      primary key (trial_id, unit_hash)
    );
    alter table vc_private.prompt_trial_units enable row level security;
    revoke all on vc_private.prompt_trial_units from public, anon, authenticated, service_role;
    grant select, insert on vc_private.prompt_trial_units to vc_prompt_registry;
    create policy registry_selects on vc_private.prompt_trial_units for select to vc_prompt_registry using (true);
    create policy registry_inserts on vc_private.prompt_trial_units for insert to vc_prompt_registry with check (true);
  end if;

  -- Values that callers post for executions, such as evaluation scores. A second value replaces the first.
  if to_regclass('vc_private.prompt_execution_metrics') is null then
    create table vc_private.prompt_execution_metrics (
      execution_id uuid not null references public.prompt_executions (id) on delete cascade,
      metric text not null,
      value double precision not null,
      posted_at timestamptz not null default now(),
      primary key (execution_id, metric)
    );
    alter table vc_private.prompt_execution_metrics enable row level security;
    revoke all on vc_private.prompt_execution_metrics from public, anon, authenticated, service_role;
    grant select, insert, update on vc_private.prompt_execution_metrics to vc_prompt_registry;
    create policy registry_selects on vc_private.prompt_execution_metrics for select to vc_prompt_registry using (true);
    create policy registry_inserts on vc_private.prompt_execution_metrics for insert
      to vc_prompt_registry with check (true);
    create policy registry_updates on vc_private.prompt_execution_metrics for update
      to vc_prompt_registry using (true) with check (true);
  end if;
end
$migration$;
