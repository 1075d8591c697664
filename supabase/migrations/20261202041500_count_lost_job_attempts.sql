-- A lost worker is not its job's fault: the attempt is repeated and counted apart from those that the job may use.
do $migration$
begin
  if to_regclass('vc_private.llm_jobs') is null then
    raise exception '20261202041500_count_lost_job_attempts needs 20241123150000_add_job_outbox: apply that first.';
  end if;

  alter table vc_private.llm_jobs
    add column if not exists lost_attempts integer not null default 0 check (lost_attempts >= 0);
  comment on column vc_private.llm_jobs.lost_attempts is 'attempts whose worker was lost; not included in attempts';
end
$migration$;
