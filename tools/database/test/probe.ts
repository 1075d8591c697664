import { Client } from 'pg';
import type { Speaker } from './expected-access.ts';

/** Number of affected rows, or the kind of refusal: no grant, or a policy on new rows. */
export type Outcome = number | 'denied' | 'refused';

/**
 * Runs one statement as the current role and rolls it back. A database function, so that thousands of statements cost one
 * round trip per speaker. Other errors are rethrown.
 */
const probe = `
  create function public.probe(statement text) returns text language plpgsql as $function$
  declare
    reached bigint;
  begin
    execute statement;
    get diagnostics reached = row_count;
    raise exception using errcode = 'VC000', message = reached::text;
  exception
    when sqlstate 'VC000' then
      return sqlerrm;
    when insufficient_privilege then
      return case when sqlerrm like '%row-level security%' then 'refused' else 'denied' end;
    when others then
      raise exception using errcode = sqlstate, message = statement || ': ' || sqlerrm;
  end
  $function$;
  grant usage on schema public to public;
  grant execute on function public.probe(text) to public`;

export async function installProbe(owner: Client): Promise<void> {
  await owner.query(probe);
}

/** Opens a session with exactly a role's rights. */
export async function connectAs(url: string, role: string): Promise<Client> {
  const client = new Client(url);
  await client.connect();
  await client.query(`set session authorization ${role}`);
  return client;
}

/** Returns the result of each statement by name, with the speaker's claims and settings. */
export async function outcomes(
  client: Client,
  { user, acrossUsers }: Speaker,
  statements: ReadonlyMap<string, string>,
): Promise<Record<string, Outcome>> {
  const claims = user === undefined ? '' : JSON.stringify({ sub: user, role: 'authenticated' });
  await client.query('begin');
  try {
    await client.query(
      `select set_config('request.jwt.claims', $1, true), set_config('vc.across_users', $2, true)`,
      [claims, acrossUsers ? 'on' : ''],
    );
    const { rows } = await client.query<{ name: string; outcome: string }>(
      `select name, public.probe(statement) as outcome from unnest($1::text[], $2::text[]) as asked (name, statement)`,
      [[...statements.keys()], [...statements.values()]],
    );
    return Object.fromEntries(rows.map(({ name, outcome }) => [name, asOutcome(outcome)]));
  } finally {
    await client.query('rollback');
  }
}

function asOutcome(text: string): Outcome {
  return text === 'denied' || text === 'refused' ? text : Number(text);
}
