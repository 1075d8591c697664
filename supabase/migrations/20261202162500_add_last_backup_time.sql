-- The age of the newest backup is a metric. The job worker reads this one time, not the log with its locations and errors.
do $migration$
begin
  if to_regclass('public.backup_logs') is null then
    raise exception '20261202162500_add_last_backup_time needs 20241123110000_add_llm_monitoring: apply that first.';
  end if;

  create or replace function vc_private.last_backup_at() returns timestamptz
    language sql stable security definer set search_path = ''
  as $function$
    select max(coalesce(finished_at, started_at)) from public.backup_logs where kind = 'backup' and status = 'succeeded'
  $function$;
  revoke execute on function vc_private.last_backup_at() from public;
  grant execute on function vc_private.last_backup_at() to vc_job_worker;
end
$migration$;
