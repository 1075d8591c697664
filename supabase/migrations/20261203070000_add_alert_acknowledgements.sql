-- Operators acknowledge cost alerts of the platform.
do $migration$
begin
  if to_regprocedure('vc_private.record_audit(jsonb)') is null then
    raise exception '20261203070000_add_alert_acknowledgements needs 20261201211500_extend_audit_log: apply that first.';
  end if;

  if not exists (
    select from pg_catalog.pg_attribute
    where attrelid = 'public.cost_alerts'::regclass and attname = 'acknowledged_at' and not attisdropped
  ) then
    alter table public.cost_alerts
      add column acknowledged_by uuid,
      add column acknowledged_at timestamptz,
      add column acknowledged boolean not null generated always as (acknowledged_at is not null) stored,
      add constraint cost_alerts_acknowledged_check
        check ((acknowledged_at is null) = (acknowledged_by is null) and (acknowledged_at is null or user_id is null));
    comment on column public.cost_alerts.acknowledged_by is 'ID of the operator; stays after the account is deleted';
    grant update (acknowledged_by, acknowledged_at) on public.cost_alerts to vc_llm_router;
    create policy router_acknowledges_platform_alerts on public.cost_alerts for update
      to vc_llm_router
      using ((select vc_private.across_users()) and user_id is null)
      with check ((select vc_private.across_users()) and user_id is null);
  end if;
  grant execute on function vc_private.record_audit(jsonb) to vc_llm_router;
end
$migration$;
