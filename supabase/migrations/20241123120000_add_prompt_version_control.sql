-- Prompts as released versions, what came of each execution, and the tests between versions.
do $migration$
begin
  if to_regprocedure('vc_private.across_users()') is null then
    raise exception '20241123120000_add_prompt_version_control needs 20241123100000_baseline: apply that first.';
  end if;

  -- A version never changes once it is written: only its status may be updated, and nothing deletes it.
  if to_regclass('public.prompt_versions') is null then
    create table public.prompt_versions (
      id uuid primary key,
      prompt_key text not null check (prompt_key ~ '^[a-z][a-z0-9_.-]{0,99}$'),
      version integer not null check (version >= 1),
      template text not null,
      variables jsonb not null default '[]' check (jsonb_typeof(variables) = 'array'),
      metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
      status text not null check (status in ('draft', 'testing', 'active', 'deprecated')),
      created_by uuid,
      created_at timestamptz not null default now(),
      activated_at timestamptz,
      unique (prompt_key, version)
    );
    create unique index prompt_versions_one_active_key on public.prompt_versions (prompt_key)
      where status = 'active';
    alter table public.prompt_versions enable row level security;
    revoke all on public.prompt_versions from public, anon, authenticated, service_role;
    grant select on public.prompt_versions to authenticated;
    grant select, insert, update (status, activated_at) on public.prompt_versions to vc_prompt_registry;
    create policy user_selects_released on public.prompt_versions for select
      to authenticated using (status <> 'draft');
    create policy registry_selects on public.prompt_versions for select to vc_prompt_registry using (true);
    create policy registry_inserts on public.prompt_versions for insert to vc_prompt_registry with check (true);
    create policy registry_updates on public.prompt_versions for update
      to vc_prompt_registry using (true) with check (true);
  end if;

  -- Executions arrive from other services across users; the user then rates an own one, and changes
  -- nothing else in it.
  if to_regclass('public.prompt_executions') is null then
    create table public.prompt_executions (
      id uuid primary key,
      prompt_version_id uuid not null references public.prompt_versions (id),
      user_id uuid not null,
      request_id text,
      operation text,
      provider text,
      model text,
      success boolean not null,
      error_code text,
      latency_ms integer check (latency_ms >= 0),
      cost_nanos bigint not null default 0 check (cost_nanos >= 0),
      prompt_tokens integer not null default 0 check (prompt_tokens >= 0),
      completion_tokens integer not null default 0 check (completion_tokens >= 0),
      rating smallint check (rating between 1 and 5),
      comment text,
      rated_at timestamptz,
      created_at timestamptz not null default now()
    );
    create index prompt_executions_user_id_created_at_idx on public.prompt_executions (user_id, created_at desc);
    create index prompt_executions_prompt_version_id_created_at_idx
      on public.prompt_executions (prompt_version_id, created_at);
    alter table public.prompt_executions enable row level security;
    revoke all on public.prompt_executions from public, anon, authenticated, service_role;
    grant select on public.prompt_executions to authenticated;
    grant select, insert, update (rating, comment, rated_at) on public.prompt_executions to vc_prompt_registry;
    create policy user_selects_own on public.prompt_executions for select
      to authenticated, vc_prompt_registry using (user_id = (select auth.uid()));
    create policy user_rates_own on public.prompt_executions for update
      to authenticated, vc_prompt_registry
      using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
    create policy registry_selects_across_users on public.prompt_executions for select
      to vc_prompt_registry using ((select vc_private.across_users()));
    create policy registry_inserts_across_users on public.prompt_executions for insert
      to vc_prompt_registry with check ((select vc_private.across_users()));
  end if;

  if to_regclass('public.ab_tests') is null then
    create table public.ab_tests (
      id uuid primary key,
      name text not null,
      prompt_key text not null check (prompt_key ~ '^[a-z][a-z0-9_.-]{0,99}$'),
      status text not null default 'draft' check (status in ('draft', 'running', 'completed')),
      arms jsonb not null check (jsonb_typeof(arms) = 'array'),
      metric text not null,
      winner text,
      created_by uuid,
      created_at timestamptz not null default now(),
      started_at timestamptz,
      completed_at timestamptz
    );
    create unique index ab_tests_one_running_key on public.ab_tests (prompt_key) where status = 'running';
    create index ab_tests_prompt_key_created_at_idx on public.ab_tests (prompt_key, created_at desc);
    alter table public.ab_tests enable row level security;
    revoke all on public.ab_tests from public, anon, authenticated, service_role;
    grant select, insert, update on public.ab_tests to vc_prompt_registry;
    create policy registry_selects on public.ab_tests for select to vc_prompt_registry using (true);
    create policy registry_inserts on public.ab_tests for insert to vc_prompt_registry with check (true);
    create policy registry_updates on public.ab_tests for update to vc_prompt_registry using (true) with check (true);
  end if;
end
$migration$;
