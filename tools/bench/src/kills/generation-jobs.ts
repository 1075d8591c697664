import { randomUUID } from 'node:crypto';
import { Client } from 'pg';

/** Counts of jobs and canvases in the database. */
export interface Outcome {
  readonly completed: number;
  readonly failed: number;
  readonly unfinished: number;
  readonly canvases: number;
  /** Jobs with more than one canvas. */
  readonly surplus: number;
  /** Failed jobs with a stored canvas. */
  readonly failedWithCanvas: number;
}

const outcomeQuery = `
  with per_job as (
    select job.status, count(canvas.id) as canvases
    from vc_private.llm_jobs job
    left join canvases canvas
      on canvas.user_id = job.user_id
      and canvas.business_description = job.payload -> 'promptVariables' ->> 'businessDescription'
    where job.type = 'canvas_generation'
    group by job.id
  )
  select
    count(*) filter (where status = 'completed')::integer as completed,
    count(*) filter (where status = 'failed')::integer as failed,
    count(*) filter (where status not in ('completed', 'failed'))::integer as unfinished,
    coalesce(sum(canvases), 0)::integer as canvases,
    count(*) filter (where canvases > 1)::integer as surplus,
    count(*) filter (where status = 'failed' and canvases > 0)::integer as "failedWithCanvas"
  from per_job`;

/** Jobs that generate canvases, submitted and counted in the database, so that this does not depend on a worker. */
export async function openGenerationJobs(databaseUrl: string, cleanup: AsyncDisposableStack) {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  cleanup.defer(() => client.end());
  return {
    /** Submits jobs of a new user. Each job has a description of its own. */
    async submit(count: number): Promise<void> {
      const userId = randomUUID();
      await client.query(`insert into auth.users (id, email) values ($1, $2)`, [
        userId,
        `${userId}@bench.example.com`,
      ]);
      const claims = { sub: userId, app_metadata: { tier: 'free' } };
      await client.query(
        `with claims as materialized (select set_config('request.jwt.claims', $1, true) as set)
         select vc_private.submit_llm_job(gen_random_uuid(), 'canvas_generation', jsonb_build_object(
           'type', 'canvas_generation',
           'promptVariables', jsonb_build_object('businessDescription', 'A bakery with the number ' || number)
         )) from claims, generate_series(1, $2::integer) as number where set is not null`,
        [JSON.stringify(claims), count],
      );
    },

    async outcome(): Promise<Outcome> {
      const { rows } = await client.query<Outcome>(outcomeQuery);
      const [outcome] = rows;
      if (!outcome) throw new Error('The jobs could not be counted.');
      return outcome;
    },
  };
}
