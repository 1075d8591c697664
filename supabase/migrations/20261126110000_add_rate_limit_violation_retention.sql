-- Rate limit violations are not kept for ever, and a limit of tokens may be larger than an integer.
do $migration$
begin
  if to_regclass('public.rate_limit_violations') is null then
    raise exception '20261126110000_add_rate_limit_violation_retention needs 20241123110000_add_llm_monitoring: apply that first.';
  end if;

  if exists (
    select from pg_catalog.pg_attribute
    where attrelid = 'public.rate_limit_violations'::regclass
      and attname = 'limit_value'
      and atttypid = 'integer'::regtype
  ) then
    alter table public.rate_limit_violations alter column limit_value type bigint;
  end if;

  -- What is at least a day old may go: whoever is refused today stays on record today.
  grant delete on public.rate_limit_violations to vc_llm_router;
  if not exists (
    select from pg_catalog.pg_policies
    where schemaname = 'public'
      and tablename = 'rate_limit_violations'
      and policyname = 'router_deletes_old_across_users'
  ) then
    create policy router_deletes_old_across_users on public.rate_limit_violations for delete
      to vc_llm_router
      using ((select vc_private.across_users()) and created_at < now() - interval '1 day');
  end if;
end
$migration$;
