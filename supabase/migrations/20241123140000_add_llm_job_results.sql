-- What a finished job brought: one row per job, so that a second attempt cannot store a second result.
do $migration$
begin
  if to_regprocedure('vc_private.across_users()') is null then
    raise exception '20241123140000_add_llm_job_results needs 20241123100000_baseline: apply that first.';
  end if;

  if to_regclass('public.llm_job_results') is null then
    create table public.llm_job_results (
      job_id uuid primary key,
      user_id uuid not null,
      type text not null check (type in ('canvas_generation', 'canvas_refinement', 'custom_prompt')),
      content text not null,
      canvas_id uuid,
      provider text not null,
      model text not null,
      prompt_tokens integer not null default 0 check (prompt_tokens >= 0),
      completion_tokens integer not null default 0 check (completion_tokens >= 0),
      cached_tokens integer not null default 0 check (cached_tokens >= 0),
      cost_nanos bigint not null default 0 check (cost_nanos >= 0),
      latency_ms integer not null check (latency_ms >= 0),
      cached boolean not null default false,
      created_at timestamptz not null default now()
    );
    create index llm_job_results_user_id_created_at_idx on public.llm_job_results (user_id, created_at desc);
    alter table public.llm_job_results enable row level security;
    revoke all on public.llm_job_results from public, anon, authenticated, service_role;
    grant select on public.llm_job_results to authenticated;
    grant select, insert on public.llm_job_results to vc_job_worker;
    create policy user_selects_own on public.llm_job_results for select
      to authenticated, vc_job_worker using (user_id = (select auth.uid()));
    -- "on conflict" reads the row that it would collide with.
    create policy worker_selects_across_users on public.llm_job_results for select
      to vc_job_worker using ((select vc_private.across_users()));
    create policy worker_inserts_across_users on public.llm_job_results for insert
      to vc_job_worker with check ((select vc_private.across_users()));
  end if;
end
$migration$;
