-- Evaluations: datasets of cases, runs of a prompt version on a dataset, and gates that a version must pass to get a label.
do $migration$
begin
  if to_regclass('vc_private.prompt_labels') is null then
    raise exception '20261203132600_add_prompt_evaluations needs 20261203071500_add_prompt_labels: apply that first.';
  end if;

  if to_regclass('vc_private.prompt_datasets') is null then
    create table vc_private.prompt_datasets (
      id uuid primary key,
      name text not null check (name ~ '^[a-z][a-z0-9_.-]{0,99}$'),
      version integer not null check (version > 0),
      content_hash text not null check (content_hash ~ '^[0-9a-f]{64}$'),
      description text not null default '',
      graders jsonb not null check (jsonb_typeof(graders) = 'array'),
      case_count integer not null check (case_count > 0),
      created_by uuid,
      created_at timestamptz not null default now(),
      unique (name, version)
    );
    comment on column vc_private.prompt_datasets.content_hash is 'SHA-256 of the graders and cases';
    alter table vc_private.prompt_datasets enable row level security;
    revoke all on vc_private.prompt_datasets from public, anon, authenticated, service_role;
    grant select, insert on vc_private.prompt_datasets to vc_prompt_registry;
    create policy registry_selects on vc_private.prompt_datasets for select to vc_prompt_registry using (true);
    create policy registry_inserts on vc_private.prompt_datasets for insert to vc_prompt_registry with check (true);

    create table vc_private.prompt_dataset_cases (
      dataset_id uuid not null references vc_private.prompt_datasets (id),
      position integer not null check (position > 0),
      content jsonb not null check (jsonb_typeof(content) = 'object'),
      primary key (dataset_id, position)
    );
    alter table vc_private.prompt_dataset_cases enable row level security;
    revoke all on vc_private.prompt_dataset_cases from public, anon, authenticated, service_role;
    grant select, insert on vc_private.prompt_dataset_cases to vc_prompt_registry;
    create policy registry_selects on vc_private.prompt_dataset_cases for select to vc_prompt_registry using (true);
    create policy registry_inserts on vc_private.prompt_dataset_cases for insert to vc_prompt_registry with check (true);

    create table vc_private.prompt_evaluations (
      id uuid primary key,
      prompt_key text not null,
      version integer not null,
      dataset_id uuid not null references vc_private.prompt_datasets (id),
      concurrency smallint not null check (concurrency between 1 and 20),
      status text not null default 'running' check (status in ('running', 'completed', 'cancelled')),
      score double precision check (score between 0 and 1),
      created_by uuid not null,
      created_at timestamptz not null default now(),
      finished_at timestamptz,
      foreign key (prompt_key, version) references public.prompt_versions (prompt_key, version),
      check ((status = 'running') = (finished_at is null)),
      check ((status = 'completed') = (score is not null))
    );
    comment on table vc_private.prompt_evaluations is 'the id is also that of the job that does the work';
    comment on column vc_private.prompt_evaluations.status is 'running until the last result is stored; a job that failed leaves it so';
    create index prompt_evaluations_version_idx
      on vc_private.prompt_evaluations (prompt_key, version, dataset_id, id desc);
    create index prompt_evaluations_dataset_id_idx on vc_private.prompt_evaluations (dataset_id);
    alter table vc_private.prompt_evaluations enable row level security;
    revoke all on vc_private.prompt_evaluations from public, anon, authenticated, service_role;
    grant select, insert, update (status, score, finished_at) on vc_private.prompt_evaluations to vc_prompt_registry;
    create policy registry_selects on vc_private.prompt_evaluations for select to vc_prompt_registry using (true);
    create policy registry_inserts on vc_private.prompt_evaluations for insert to vc_prompt_registry with check (true);
    create policy registry_updates on vc_private.prompt_evaluations for update
      to vc_prompt_registry using (true) with check (true);

    create table vc_private.prompt_evaluation_results (
      evaluation_id uuid not null references vc_private.prompt_evaluations (id),
      position integer not null check (position > 0),
      score double precision not null check (score between 0 and 1),
      weight double precision not null check (weight > 0),
      passed boolean not null,
      critical_failure boolean not null,
      grades jsonb not null check (jsonb_typeof(grades) = 'array'),
      answer text,
      error_code text,
      error_message text,
      provider text,
      model text,
      prompt_tokens integer not null default 0 check (prompt_tokens >= 0),
      completion_tokens integer not null default 0 check (completion_tokens >= 0),
      cost_nanos bigint not null default 0 check (cost_nanos >= 0),
      grading_cost_nanos bigint not null default 0 check (grading_cost_nanos >= 0),
      latency_ms integer not null default 0 check (latency_ms >= 0),
      created_at timestamptz not null default now(),
      primary key (evaluation_id, position)
    );
    comment on column vc_private.prompt_evaluation_results.grading_cost_nanos is 'cost of models that judged the answer';
    alter table vc_private.prompt_evaluation_results enable row level security;
    revoke all on vc_private.prompt_evaluation_results from public, anon, authenticated, service_role;
    grant select, insert on vc_private.prompt_evaluation_results to vc_prompt_registry;
    create policy registry_selects on vc_private.prompt_evaluation_results for select
      to vc_prompt_registry using (true);
    create policy registry_inserts on vc_private.prompt_evaluation_results for insert
      to vc_prompt_registry with check (true);

    create table vc_private.prompt_gates (
      prompt_key text not null,
      environment text not null check (environment ~ '^[a-z][a-z0-9_.-]{0,35}$'),
      label text not null check (label ~ '^[a-z][a-z0-9_.-]{0,35}$'),
      dataset_name text not null,
      minimum_score double precision not null check (minimum_score between 0 and 1),
      maximum_cost_increase double precision check (maximum_cost_increase >= 0),
      maximum_latency_increase double precision check (maximum_latency_increase >= 0),
      set_by uuid not null,
      set_at timestamptz not null default now(),
      primary key (prompt_key, environment, label)
    );
    comment on column vc_private.prompt_gates.maximum_cost_increase is 'as a share of the cost of the active version: 0.1 is 10 %';
    alter table vc_private.prompt_gates enable row level security;
    revoke all on vc_private.prompt_gates from public, anon, authenticated, service_role;
    grant select, insert, update, delete on vc_private.prompt_gates to vc_prompt_registry;
    create policy registry_selects on vc_private.prompt_gates for select to vc_prompt_registry using (true);
    create policy registry_inserts on vc_private.prompt_gates for insert to vc_prompt_registry with check (true);
    create policy registry_updates on vc_private.prompt_gates for update to vc_prompt_registry using (true) with check (true);
    create policy registry_deletes on vc_private.prompt_gates for delete to vc_prompt_registry using (true);
  end if;

  -- A first dataset, for the prompt that every deployment has. The hash is that of the content below.
  if not exists (select from vc_private.prompt_datasets where name = 'canvas.generate.basic') then
    insert into vc_private.prompt_datasets (id, name, version, content_hash, description, graders, case_count)
    values (
      '019ae000-0000-7000-8000-000000000001', 'canvas.generate.basic', 1,
      '20a14faf325d5a5f3b7b678fd768c24903d4fed004df55ac1a52776234117b5f',
      'A canvas has entries in all nine blocks, and is not too long.',
      $graders$[{"type": "json_schema", "name": "nine blocks", "critical": true, "schema": {"type": "object", "required": ["keyPartners", "keyActivities", "valuePropositions", "customerRelationships", "customerSegments", "keyResources", "channels", "costStructure", "revenueStreams"], "properties": {"keyPartners": {"type": "array", "minItems": 2, "items": {"type": "string", "minLength": 3}}, "keyActivities": {"type": "array", "minItems": 2, "items": {"type": "string", "minLength": 3}}, "valuePropositions": {"type": "array", "minItems": 2, "items": {"type": "string", "minLength": 3}}, "customerRelationships": {"type": "array", "minItems": 2, "items": {"type": "string", "minLength": 3}}, "customerSegments": {"type": "array", "minItems": 2, "items": {"type": "string", "minLength": 3}}, "keyResources": {"type": "array", "minItems": 2, "items": {"type": "string", "minLength": 3}}, "channels": {"type": "array", "minItems": 2, "items": {"type": "string", "minLength": 3}}, "costStructure": {"type": "array", "minItems": 2, "items": {"type": "string", "minLength": 3}}, "revenueStreams": {"type": "array", "minItems": 2, "items": {"type": "string", "minLength": 3}}}}}, {"type": "expression", "name": "concise", "expression": "words(answer) <= 1500", "weight": 0.5}]$graders$,
      3
    );
    insert into vc_private.prompt_dataset_cases (dataset_id, position, content) values
      ('019ae000-0000-7000-8000-000000000001', 1, $case${"name": "bakery", "variables": {"businessDescription": "A bakery that delivers sourdough bread by bicycle"}, "critical": true}$case$),
      ('019ae000-0000-7000-8000-000000000001', 2, $case${"name": "market and industry", "variables": {"businessDescription": "Software that plans the shifts of small clinics", "industry": "Health care", "targetMarket": "Clinics with up to 50 employees"}}$case$),
      ('019ae000-0000-7000-8000-000000000001', 3, $case${"name": "few words", "variables": {"businessDescription": "We repair old bicycles"}}$case$);
  end if;

  -- The job belongs to the platform, which pays for it.
  create or replace function vc_private.submit_prompt_evaluation(evaluation_id uuid, job_trace_context jsonb) returns void
  language sql volatile security definer set search_path = ''
  as $function$
    insert into vc_private.llm_jobs (id, type, payload, trace_context)
    values (
      evaluation_id, 'prompt_evaluation',
      pg_catalog.jsonb_build_object('evaluationId', evaluation_id), job_trace_context
    )
  $function$;
  revoke execute on function vc_private.submit_prompt_evaluation(uuid, jsonb) from public;
  grant execute on function vc_private.submit_prompt_evaluation(uuid, jsonb) to vc_prompt_registry;

  create or replace function vc_private.prompt_evaluation_jobs(evaluations uuid[])
  returns table (id uuid, status text, error_code text, error_message text)
  language sql stable security definer set search_path = ''
  as $function$
    select job.id, job.status, job.error_code, job.error_message from vc_private.llm_jobs job
    where job.id = any (evaluations) and job.type = 'prompt_evaluation'
  $function$;
  revoke execute on function vc_private.prompt_evaluation_jobs(uuid[]) from public;
  grant execute on function vc_private.prompt_evaluation_jobs(uuid[]) to vc_prompt_registry;
end
$migration$;
