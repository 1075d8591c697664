-- Results of jobs that create variants of canvases.
do $migration$
begin
  if to_regclass('public.llm_job_results') is null then
    raise exception '20261202113000_allow_results_of_variant_jobs needs 20241123140000_add_llm_job_results: apply that first.';
  end if;

  if exists (
    select from pg_catalog.pg_constraint
    where conrelid = 'public.llm_job_results'::regclass
      and conname = 'llm_job_results_type_check'
      and pg_catalog.pg_get_constraintdef(oid) not like '%canvas_variant%'
  ) then
    alter table public.llm_job_results drop constraint llm_job_results_type_check;
    alter table public.llm_job_results add constraint llm_job_results_type_check
      check (type in ('canvas_generation', 'canvas_variant', 'canvas_refinement', 'custom_prompt'));
  end if;
end
$migration$;
