-- Results of jobs of any kind: as for the jobs themselves, the job catalogue decides which kinds there are.
do $migration$
begin
  if to_regclass('public.llm_job_results') is null then
    raise exception '20261202120000_open_kinds_of_job_results needs 20241123140000_add_llm_job_results: apply that first.';
  end if;

  if exists (
    select from pg_catalog.pg_constraint
    where conrelid = 'public.llm_job_results'::regclass
      and conname = 'llm_job_results_type_check'
      and pg_catalog.pg_get_constraintdef(oid) like '%custom_prompt%'
  ) then
    alter table public.llm_job_results drop constraint llm_job_results_type_check;
    alter table public.llm_job_results
      add constraint llm_job_results_type_check check (type ~ '^[a-z][a-z0-9_]{0,49}$');
  end if;
end
$migration$;
