-- Canaries: guarded rollouts of a version of a prompt in steps. Replicas of the registry decide on them, one transaction for each step.
do $migration$
begin
  if to_regclass('vc_private.prompt_trial_sums') is null then
    raise exception '20261203131000_add_prompt_canaries needs 20261203120500_add_prompt_trials: apply that first.';
  end if;

  if to_regclass('vc_private.prompt_canaries') is null then
    create table vc_private.prompt_canaries (
      id uuid primary key,
      prompt_key text not null,
      environment text not null check (environment ~ '^[a-z][a-z0-9_.-]{0,35}$'),
      baseline_version integer not null,
      candidate_version integer not null check (candidate_version <> baseline_version),
      status text not null check (status in ('proposed', 'running', 'finished', 'rolledBack', 'aborted')),
      steps jsonb not null check (jsonb_typeof(steps) = 'array'),
      guardrails jsonb not null check (jsonb_typeof(guardrails) = 'object'),
      bounds jsonb not null default '{}' check (jsonb_typeof(bounds) = 'object'),
      step smallint not null default 0 check (step >= 0),
      step_started_at timestamptz,
      carried_evidence jsonb not null default '{}' check (jsonb_typeof(carried_evidence) = 'object'),
      history jsonb not null default '[]' check (jsonb_typeof(history) = 'array'),
      reason text,
      created_by uuid not null,
      approved_by uuid check (approved_by <> created_by),
      created_at timestamptz not null default now(),
      started_at timestamptz,
      ended_at timestamptz,
      foreign key (prompt_key, baseline_version) references public.prompt_versions (prompt_key, version),
      foreign key (prompt_key, candidate_version) references public.prompt_versions (prompt_key, version)
    );
    comment on column vc_private.prompt_canaries.reason is 'reason for the end';
    comment on column vc_private.prompt_canaries.history is 'decisions with their times and reasons';
    create unique index prompt_canaries_one_running_key on vc_private.prompt_canaries (prompt_key, environment)
      where status = 'running';
    create index prompt_canaries_prompt_key_idx on vc_private.prompt_canaries (prompt_key, id desc);
    alter table vc_private.prompt_canaries enable row level security;
    revoke all on vc_private.prompt_canaries from public, anon, authenticated, service_role;
    grant select, insert,
      update (status, step, step_started_at, carried_evidence, history, reason, approved_by, started_at, ended_at)
      on vc_private.prompt_canaries to vc_prompt_registry;
    create policy registry_selects on vc_private.prompt_canaries for select to vc_prompt_registry using (true);
    create policy registry_inserts on vc_private.prompt_canaries for insert to vc_prompt_registry with check (true);
    create policy registry_updates on vc_private.prompt_canaries for update
      to vc_prompt_registry using (true) with check (true);
  end if;
end
$migration$;
