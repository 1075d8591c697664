-- Jobs of any kind: those of the platform itself belong to no user, and finished ones are deleted in time.
do $migration$
begin
  if to_regclass('vc_private.llm_jobs') is null then
    raise exception '20261201204500_generalise_jobs needs 20241123150000_add_job_outbox: apply that first.';
  end if;

  -- Which kinds there are is decided by the job catalogue.
  if exists (
    select from pg_catalog.pg_constraint
    where conrelid = 'vc_private.llm_jobs'::regclass
      and conname = 'llm_jobs_type_check'
      and pg_catalog.pg_get_constraintdef(oid) like '%custom_prompt%'
  ) then
    alter table vc_private.llm_jobs drop constraint llm_jobs_type_check;
    alter table vc_private.llm_jobs
      add constraint llm_jobs_type_check check (type ~ '^[a-z][a-z0-9_]{0,49}$');
  end if;

  if not exists (
    select from pg_catalog.pg_constraint
    where conrelid = 'vc_private.llm_jobs'::regclass and conname = 'llm_jobs_owner_check'
  ) then
    alter table vc_private.llm_jobs
      alter column user_id drop not null,
      alter column tier drop not null,
      add constraint llm_jobs_owner_check check ((user_id is null) = (tier is null));
  end if;

  create index if not exists llm_jobs_type_finished_at_idx on vc_private.llm_jobs (type, finished_at)
    where finished_at is not null;

  -- A job that finished within a day cannot be deleted, whatever a service asks for.
  grant delete on vc_private.llm_jobs to vc_job_worker;
  if not exists (
    select from pg_catalog.pg_policies
    where schemaname = 'vc_private'
      and tablename = 'llm_jobs'
      and policyname = 'worker_deletes_finished_across_users'
  ) then
    create policy worker_deletes_finished_across_users on vc_private.llm_jobs for delete
      to vc_job_worker
      using ((select vc_private.across_users()) and finished_at < now() - interval '1 day');
  end if;
end
$migration$;
