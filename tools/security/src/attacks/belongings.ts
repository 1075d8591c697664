import { randomUUID } from 'node:crypto';
import type { Attack } from './attack.ts';
import { each } from './each.ts';
import { at, textAt } from './fields.ts';
import { type Operation, questionOf } from './operations.ts';
import { logIn, refresh } from './people.ts';

/** Valid bodies for the routes, so that only ownership can be the reason for a refusal. */
const bodies: Readonly<Record<string, unknown>> = {
  'PUT /api/canvas/{id}': { revision: 1, channels: ['taken over'] },
  'POST /api/canvas/{id}/apply': {
    section: 'channels',
    suggestions: ['taken over'],
    mode: 'replace',
    revision: 1,
  },
  'POST /api/canvas/{id}/refine': { section: 'channels' },
  'POST /api/prompts/executions/{id}/feedback': { rating: 1 },
};

/** Paths that reach a user's resource, by the kind of its id. */
const places = {
  canvas: /^\/api\/canvas\/\{id\}/,
  job: /^\/api\/queue\/llm\/\{jobId\}/,
  key: /^\/api\/keys\/\{id\}$/,
  execution: /^\/api\/prompts\/executions\/\{id\}\//,
};

type Things = Readonly<Record<keyof typeof places, string>>;

/** Access to another user's resources, and to administration. */
export async function attackBelongings(attack: Attack): Promise<void> {
  await attackThings(attack);
  await attackAdministration(attack);
}

async function attackThings({ target, check, operations, alice, bob }: Attack): Promise<void> {
  let things: Things | undefined;
  await check('a user creates a canvas, a job and an API key', async () => {
    const make = (path: string, body: unknown) =>
      target.send({ method: 'POST', path, token: alice.token, body });
    const canvas = await make('/api/canvas/generate', {
      businessDescription: 'A bakery that delivers bread by bike',
    });
    const job = await make('/api/queue/llm', { type: 'custom_prompt', prompt: 'Say a word' });
    const key = await make('/api/keys', { name: 'probe', scopes: ['llm'] });
    things = {
      canvas: textAt(canvas, 'data', 'canvasId'),
      execution: textAt(canvas, 'data', 'executionId'),
      job: textAt(job, 'data', 'jobId'),
      key: textAt(key, 'data', 'id'),
    };
    return Object.values(things).join(', ');
  });
  if (!things) return;
  const owned = things;
  const reached = operations.flatMap((operation) => {
    const kind = (Object.keys(places) as (keyof Things)[]).find((name) => places[name].test(operation.path));
    return kind ? [{ operation, id: owned[kind] }] : [];
  });
  await check("another user's resources answer like resources that do not exist", async (found) => {
    await each(reached, async ({ operation, id }) => {
      const answer = await target.send({ ...askedFor(operation, id), token: bob.token });
      const never = await target.send({ ...askedFor(operation, randomUUID()), token: bob.token });
      const name = `${operation.method} ${operation.path}`;
      if (answer.status !== 404) found(`${name} answered ${answer.status}`);
      else if (anonymous(answer.text) !== anonymous(never.text)) found(`${name} answers them differently`);
    });
    return `404 from ${reached.length} routes`;
  });
  await check("lists do not contain other users' resources", async (found) => {
    for (const path of ['/api/canvas', '/api/keys']) {
      const { status, text } = await target.send({ path, token: bob.token });
      if (status !== 200) found(`GET ${path} answered ${status}`);
      for (const id of Object.values(owned)) if (text.includes(id)) found(`GET ${path} shows ${id}`);
    }
    return '2 lists';
  });
  await check('the owner’s resources are unchanged', async (found) => {
    const canvas = await target.send({ path: `/api/canvas/${owned.canvas}`, token: alice.token });
    if (at(canvas.json, 'data', 'revision') !== 1) found(`the canvas is changed: ${canvas.status}`);
    const job = await target.send({ path: `/api/queue/llm/${owned.job}`, token: alice.token });
    if (job.status !== 200 || at(job.json, 'data', 'status') === 'cancelled') found('the job is gone');
    const keys = await target.send({ path: '/api/keys', token: alice.token });
    if (!keys.text.includes(owned.key)) found('the API key is gone');
    return 'canvas, job and key';
  });
}

async function attackAdministration({ target, check, operations, bob }: Attack): Promise<void> {
  const guarded = operations.filter(({ operatorsOnly }) => operatorsOnly);
  await check('operations that require an elevated permission refuse users', async (found) => {
    await each(guarded, async (operation) => {
      const { status } = await target.send({ ...questionOf(operation), token: bob.token });
      if (status !== 403) found(`${operation.method} ${operation.path} answered ${status}`);
    });
    return `403 from ${guarded.length} routes`;
  });
  await check('a user cannot become an admin', async (found) => {
    const grant = { role: 'admin', tier: 'enterprise' };
    for (const body of [{ data: grant }, { app_metadata: grant }, { role: 'admin' }]) {
      await target.send({ method: 'PUT', path: '/auth/v1/user', token: bob.token, body });
    }
    const session = await refresh(target, (await logIn(target, bob)).refresh);
    const { status } = await target.send({ path: '/api/admin/users', token: session.access });
    if (status !== 403) found(`GET /api/admin/users answered ${status}`);
    return '3 ways, and a new token';
  });
}

function askedFor(operation: Operation, id: string) {
  const { method, path } = operation;
  const question = questionOf(operation);
  const body = bodies[`${method} ${path}`] ?? question.body;
  const asked = path.replace(/\{(?:id|jobId)\}/, id).replace('{n}', '1');
  return { method, path: asked.endsWith('/export') ? `${asked}?format=json` : asked, body };
}

/** Removes the parts that differ between any two answers. */
function anonymous(text: string): string {
  return text.replace(/[\da-f]{8}-[\da-f-]{27}/g, '').replace(/"requestId":"[^"]*"/, '');
}
