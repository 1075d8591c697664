-- What language models cost and who spent it: the ledger, alerts, refused requests; and the log of backups.
do $migration$
begin
  if to_regprocedure('vc_private.uuid_v7_time(uuid)') is null then
    raise exception '20241123110000_add_llm_monitoring needs 20241123100000_baseline: apply that first.';
  end if;

  -- The ledger: one row per call that reached a provider or the cache. The id is ours, made before the
  -- call, and created_at follows from it, so that a replay collides with the primary key, whichever month
  -- it arrives in. It outlives its user: no foreign key.
  --
  -- There is no default partition: a row outside every month must fail loudly instead of gathering where
  -- it would block that month's partition for ever.
  if to_regclass('public.llm_usage') is null then
    create table public.llm_usage (
      id uuid not null,
      created_at timestamptz not null check (created_at = vc_private.uuid_v7_time(id)),
      user_id uuid not null,
      request_id text not null,
      operation text not null,
      provider text not null,
      model text not null,
      status text not null check (status in ('succeeded', 'failed', 'cancelled', 'timed_out')),
      error_code text,
      prompt_tokens integer not null default 0 check (prompt_tokens >= 0),
      completion_tokens integer not null default 0 check (completion_tokens >= 0),
      cached_tokens integer not null default 0 check (cached_tokens >= 0),
      cache_write_tokens integer not null default 0 check (cache_write_tokens >= 0),
      reasoning_tokens integer not null default 0 check (reasoning_tokens >= 0),
      cost_nanos bigint not null check (cost_nanos >= 0),
      cost_estimated boolean not null default false,
      latency_ms integer not null check (latency_ms >= 0),
      cached boolean not null default false,
      streamed boolean not null default false,
      prompt_version_id uuid,
      job_id uuid,
      tier text not null,
      trace_id text,
      primary key (id, created_at)
    ) partition by range (created_at);
    comment on column public.llm_usage.cost_nanos is 'billionths of a US dollar';
    comment on column public.llm_usage.operation is 'operation id of the contract whose call spent this';
    create index llm_usage_user_id_created_at_idx on public.llm_usage (user_id, created_at);
    create index llm_usage_created_at_idx on public.llm_usage (created_at);
    alter table public.llm_usage enable row level security;
    revoke all on public.llm_usage from public, anon, authenticated, service_role;
    grant select on public.llm_usage to authenticated;
    grant select, insert on public.llm_usage to vc_llm_router;
    create policy user_selects_own on public.llm_usage for select
      to authenticated, vc_llm_router using (user_id = (select auth.uid()));
    create policy router_selects_across_users on public.llm_usage for select
      to vc_llm_router using ((select vc_private.across_users()));
    create policy router_inserts_across_users on public.llm_usage for insert
      to vc_llm_router with check ((select vc_private.across_users()));
  end if;

  -- Makes the ledger's partitions (UTC months) from last month to months_ahead months from now, and
  -- returns the names of those that were missing. Partitions stand in the private schema without any
  -- grant: rows are reached through the parent, where the policies are. Attaching, unlike creating in
  -- place, lets reads and writes of the ledger go on.
  create or replace function vc_private.create_llm_usage_partitions(months_ahead integer) returns text[]
  language plpgsql security definer set search_path = ''
  as $function$
  declare
    this_month timestamp := date_trunc('month', now() at time zone 'UTC');
    month_start timestamp;
    partition_name text;
    created text[] := '{}';
  begin
    if months_ahead is null or months_ahead not between 0 and 24 then
      raise exception 'create_llm_usage_partitions takes 0 to 24 months, not %.', months_ahead
        using errcode = 'invalid_parameter_value';
    end if;
    perform pg_advisory_xact_lock(hashtext('vc_private.create_llm_usage_partitions'));
    for month_offset in -1 .. months_ahead loop
      month_start := this_month + make_interval(months => month_offset);
      partition_name := 'llm_usage_' || to_char(month_start, 'YYYY_MM');
      continue when to_regclass(format('vc_private.%I', partition_name)) is not null;
      execute format(
        'create table vc_private.%I (like public.llm_usage including defaults including constraints)',
        partition_name
      );
      execute format('alter table vc_private.%I enable row level security', partition_name);
      execute format(
        'revoke all on vc_private.%I from public, anon, authenticated, service_role', partition_name
      );
      execute format(
        'alter table public.llm_usage attach partition vc_private.%I for values from (%L) to (%L)',
        partition_name,
        month_start at time zone 'UTC',
        (month_start + interval '1 month') at time zone 'UTC'
      );
      created := created || partition_name;
    end loop;
    return created;
  end
  $function$;
  revoke execute on function vc_private.create_llm_usage_partitions(integer) from public;
  grant execute on function vc_private.create_llm_usage_partitions(integer) to vc_llm_router;
  perform vc_private.create_llm_usage_partitions(3);

  -- One alert per threshold and period: raising it again collides with a unique index.
  if to_regclass('public.cost_alerts') is null then
    create table public.cost_alerts (
      id uuid primary key,
      scope text not null check (scope in ('user', 'platform')),
      user_id uuid,
      period text not null check (period in ('hour', 'day', 'month')),
      period_start timestamptz not null,
      level text not null check (level in ('warning', 'critical')),
      threshold_nanos bigint not null check (threshold_nanos >= 0),
      actual_nanos bigint not null check (actual_nanos >= 0),
      created_at timestamptz not null default now(),
      check ((scope = 'user') = (user_id is not null))
    );
    create unique index cost_alerts_user_key on public.cost_alerts (user_id, period, period_start, level)
      where scope = 'user';
    create unique index cost_alerts_platform_key on public.cost_alerts (period, period_start, level)
      where scope = 'platform';
    create index cost_alerts_user_id_created_at_idx on public.cost_alerts (user_id, created_at desc);
    create index cost_alerts_created_at_idx on public.cost_alerts (created_at desc);
    alter table public.cost_alerts enable row level security;
    revoke all on public.cost_alerts from public, anon, authenticated, service_role;
    grant select on public.cost_alerts to authenticated;
    grant select, insert on public.cost_alerts to vc_llm_router;
    create policy user_selects_own on public.cost_alerts for select
      to authenticated, vc_llm_router using (user_id = (select auth.uid()));
    create policy router_selects_across_users on public.cost_alerts for select
      to vc_llm_router using ((select vc_private.across_users()));
    create policy router_inserts_across_users on public.cost_alerts for insert
      to vc_llm_router with check ((select vc_private.across_users()));
  end if;

  if to_regclass('public.rate_limit_violations') is null then
    create table public.rate_limit_violations (
      id uuid primary key,
      user_id uuid,
      address inet,
      operation text not null,
      rule text not null,
      tier text,
      limit_value integer not null check (limit_value >= 0),
      window_ms bigint not null check (window_ms > 0),
      created_at timestamptz not null default now()
    );
    create index rate_limit_violations_user_id_created_at_idx
      on public.rate_limit_violations (user_id, created_at desc);
    create index rate_limit_violations_created_at_idx on public.rate_limit_violations (created_at);
    alter table public.rate_limit_violations enable row level security;
    revoke all on public.rate_limit_violations from public, anon, authenticated, service_role;
    grant select on public.rate_limit_violations to authenticated;
    grant select, insert on public.rate_limit_violations to vc_llm_router;
    create policy user_selects_own on public.rate_limit_violations for select
      to authenticated, vc_llm_router using (user_id = (select auth.uid()));
    create policy router_selects_across_users on public.rate_limit_violations for select
      to vc_llm_router using ((select vc_private.across_users()));
    create policy router_inserts_across_users on public.rate_limit_violations for insert
      to vc_llm_router with check ((select vc_private.across_users()));
  end if;

  -- Written and read by the owner alone, who makes the backups: no grants, no policies.
  if to_regclass('public.backup_logs') is null then
    create table public.backup_logs (
      id uuid primary key,
      kind text not null,
      status text not null check (status in ('started', 'succeeded', 'failed')),
      started_at timestamptz not null default now(),
      finished_at timestamptz,
      size_bytes bigint check (size_bytes >= 0),
      location text,
      checksum text,
      error text
    );
    create index backup_logs_started_at_idx on public.backup_logs (started_at desc);
    alter table public.backup_logs enable row level security;
    revoke all on public.backup_logs from public, anon, authenticated, service_role;
  end if;
end
$migration$;
