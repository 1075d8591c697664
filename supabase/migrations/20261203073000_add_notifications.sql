-- Notifications of operators. The row is the outbox: a service records it in the transaction of what happened, and the job
-- worker delivers it.
do $migration$
begin
  if to_regprocedure('vc_private.across_users()') is null then
    raise exception '20261203073000_add_notifications needs 20241123100000_baseline: apply that first.';
  end if;

  if to_regclass('vc_private.notifications') is null then
    create table vc_private.notifications (
      id uuid primary key,
      key text not null unique,
      kind text not null,
      severity text not null check (severity in ('info', 'warning', 'critical')),
      title text not null,
      message text not null,
      details jsonb not null default '{}' check (jsonb_typeof(details) = 'object'),
      occurred_at timestamptz not null,
      created_at timestamptz not null default now(),
      dispatched_at timestamptz
    );
    comment on column vc_private.notifications.key is 'deduplication key: an event that several replicas notice is recorded once';
    comment on column vc_private.notifications.dispatched_at is 'time at which it was addressed to the channels';
    create index notifications_undispatched_idx on vc_private.notifications (created_at) where dispatched_at is null;
    create index notifications_created_at_idx on vc_private.notifications (created_at);
    alter table vc_private.notifications enable row level security;
    revoke all on vc_private.notifications from public, anon, authenticated, service_role;
    grant select, update (dispatched_at), delete on vc_private.notifications to vc_job_worker;
    create policy worker_selects_across_users on vc_private.notifications for select
      to vc_job_worker using ((select vc_private.across_users()));
    create policy worker_updates_across_users on vc_private.notifications for update
      to vc_job_worker using ((select vc_private.across_users())) with check ((select vc_private.across_users()));
    create policy worker_deletes_old_across_users on vc_private.notifications for delete
      to vc_job_worker using ((select vc_private.across_users()) and created_at < now() - interval '90 days');

    create table vc_private.notification_deliveries (
      notification_id uuid not null references vc_private.notifications (id) on delete cascade,
      channel text not null,
      attempts integer not null default 0 check (attempts >= 0),
      next_attempt_at timestamptz not null default now(),
      last_error text,
      delivered_at timestamptz,
      failed_at timestamptz,
      primary key (notification_id, channel)
    );
    comment on column vc_private.notification_deliveries.next_attempt_at is 'during an attempt, the end of its lease';
    comment on column vc_private.notification_deliveries.failed_at is 'time of the last attempt, after which none follows';
    create index notification_deliveries_due_idx on vc_private.notification_deliveries (next_attempt_at)
      where delivered_at is null and failed_at is null;
    alter table vc_private.notification_deliveries enable row level security;
    revoke all on vc_private.notification_deliveries from public, anon, authenticated, service_role;
    grant select, insert, update on vc_private.notification_deliveries to vc_job_worker;
    create policy worker_selects_across_users on vc_private.notification_deliveries for select
      to vc_job_worker using ((select vc_private.across_users()));
    create policy worker_inserts_across_users on vc_private.notification_deliveries for insert
      to vc_job_worker with check ((select vc_private.across_users()));
    create policy worker_updates_across_users on vc_private.notification_deliveries for update
      to vc_job_worker using ((select vc_private.across_users())) with check ((select vc_private.across_users()));
  end if;

  -- Records a notification once. A service can add to the outbox in this way and can neither read nor change it.
  create or replace function vc_private.record_notification(notification jsonb) returns void
  language sql volatile security definer set search_path = ''
  as $function$
    insert into vc_private.notifications (id, key, kind, severity, title, message, details, occurred_at)
    select
      (notification ->> 'id')::uuid,
      notification ->> 'key',
      notification ->> 'kind',
      notification ->> 'severity',
      notification ->> 'title',
      notification ->> 'message',
      notification -> 'details',
      (notification ->> 'occurredAt')::timestamptz
    on conflict (key) do nothing
  $function$;
  revoke execute on function vc_private.record_notification(jsonb) from public;
  grant execute on function vc_private.record_notification(jsonb) to vc_llm_router, vc_job_worker, vc_prompt_registry;
end
$migration$;
