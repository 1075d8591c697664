-- Jobs. The row is the outbox: a service stores it in the transaction of its own writes, and the queue
-- in Redis only ever learns its id.
do $migration$
begin
  if to_regclass('public.llm_job_results') is null then
    raise exception '20241123150000_add_job_outbox needs 20241123140000_add_llm_job_results: apply that first.';
  end if;

  if to_regclass('vc_private.llm_jobs') is null then
    create table vc_private.llm_jobs (
      id uuid primary key,
      user_id uuid not null references auth.users (id) on delete cascade,
      batch_id uuid,
      type text not null check (type in ('canvas_generation', 'canvas_refinement', 'custom_prompt')),
      payload jsonb not null check (jsonb_typeof(payload) = 'object'),
      tier text not null,
      priority smallint not null default 0,
      status text not null default 'queued'
        check (status in ('queued', 'active', 'completed', 'failed', 'delayed', 'cancelled')),
      progress smallint not null default 0 check (progress between 0 and 100),
      attempts integer not null default 0 check (attempts >= 0),
      fence bigint not null default 0 check (fence >= 0),
      error_code text,
      error_message text,
      trace_context jsonb not null default '{}' check (jsonb_typeof(trace_context) = 'object'),
      metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
      created_at timestamptz not null default now(),
      enqueued_at timestamptz,
      started_at timestamptz,
      finished_at timestamptz,
      cancel_requested_at timestamptz
    );
    comment on column vc_private.llm_jobs.fence is
      'raised by every attempt; an attempt that finds a higher one than its own writes nothing';
    comment on column vc_private.llm_jobs.trace_context is 'traceparent and tracestate of the request that submitted it';
    create index llm_jobs_user_id_created_at_id_idx on vc_private.llm_jobs (user_id, created_at desc, id desc);
    create index llm_jobs_queued_created_at_idx on vc_private.llm_jobs (created_at) where status = 'queued';
    create index llm_jobs_unfinished_started_at_idx on vc_private.llm_jobs (started_at)
      where status in ('active', 'delayed');
    create index llm_jobs_finished_at_idx on vc_private.llm_jobs (finished_at) where finished_at is not null;
    create index llm_jobs_batch_id_idx on vc_private.llm_jobs (batch_id) where batch_id is not null;
    alter table vc_private.llm_jobs enable row level security;
    revoke all on vc_private.llm_jobs from public, anon, authenticated, service_role;
    grant select, insert, update on vc_private.llm_jobs to vc_job_worker;
    create policy user_selects_own on vc_private.llm_jobs for select
      to vc_job_worker using (user_id = (select auth.uid()));
    create policy user_inserts_own on vc_private.llm_jobs for insert
      to vc_job_worker with check (user_id = (select auth.uid()));
    create policy user_updates_own on vc_private.llm_jobs for update
      to vc_job_worker using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
    create policy worker_selects_across_users on vc_private.llm_jobs for select
      to vc_job_worker using ((select vc_private.across_users()));
    create policy worker_inserts_across_users on vc_private.llm_jobs for insert
      to vc_job_worker with check ((select vc_private.across_users()));
    create policy worker_updates_across_users on vc_private.llm_jobs for update
      to vc_job_worker using ((select vc_private.across_users())) with check ((select vc_private.across_users()));
  end if;

  if not exists (
    select from pg_catalog.pg_constraint
    where conrelid = 'public.llm_job_results'::regclass and conname = 'llm_job_results_job_id_fkey'
  ) then
    alter table public.llm_job_results
      add constraint llm_job_results_job_id_fkey
      foreign key (job_id) references vc_private.llm_jobs (id) on delete cascade;
  end if;

  -- The one way in for services that own no jobs: a queued row for the user of this transaction, with the
  -- tier that the claims carry. Everything else about a job is the worker's.
  create or replace function vc_private.submit_llm_job(
    job_id uuid,
    job_type text,
    job_payload jsonb,
    job_priority smallint default 0,
    job_batch_id uuid default null,
    job_trace_context jsonb default '{}',
    job_metadata jsonb default '{}'
  ) returns timestamptz
  language plpgsql security definer set search_path = ''
  as $function$
  declare
    submitter uuid := auth.uid();
    submitted_at timestamptz;
  begin
    if submitter is null then
      raise exception 'submit_llm_job needs the claims of a user: set request.jwt.claims in this transaction first.'
        using errcode = 'insufficient_privilege';
    end if;
    insert into vc_private.llm_jobs (id, user_id, batch_id, type, payload, tier, priority, trace_context, metadata)
    values (
      job_id, submitter, job_batch_id, job_type, job_payload,
      coalesce(auth.jwt() -> 'app_metadata' ->> 'tier', 'free'),
      job_priority, job_trace_context, job_metadata
    )
    returning created_at into submitted_at;
    return submitted_at;
  end
  $function$;
  revoke execute on function vc_private.submit_llm_job(uuid, text, jsonb, smallint, uuid, jsonb, jsonb) from public;
  grant execute on function vc_private.submit_llm_job(uuid, text, jsonb, smallint, uuid, jsonb, jsonb)
    to vc_canvas, vc_job_worker;
end
$migration$;
