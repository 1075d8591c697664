-- Failed jobs that an operator lets run again.
do $migration$
begin
  if to_regclass('vc_private.llm_jobs') is null then
    raise exception '20261203121500_add_job_redrives needs 20241123150000_add_job_outbox: apply that first.';
  end if;

  alter table vc_private.llm_jobs
    add column if not exists redrives integer not null default 0 check (redrives >= 0),
    add column if not exists redrive_id uuid,
    add column if not exists redriven_at timestamptz;
  comment on column vc_private.llm_jobs.redrives is 'times that the failed job was returned to the queue by an operator';
  comment on column vc_private.llm_jobs.redrive_id is 'the latest redrive, which several jobs can share';

  create index if not exists llm_jobs_created_at_id_idx on vc_private.llm_jobs (created_at, id);
  create index if not exists llm_jobs_status_created_at_id_idx on vc_private.llm_jobs (status, created_at, id);
  create index if not exists llm_jobs_redrive_id_idx on vc_private.llm_jobs (redrive_id) where redrive_id is not null;

  grant execute on function vc_private.record_audit(jsonb) to vc_job_worker;
end
$migration$;
