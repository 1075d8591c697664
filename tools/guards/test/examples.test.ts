import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import {
  isInternal,
  type RouteDefinition,
  rolePermissions,
  successStatus,
} from '@valuecanvas/contracts-core';
import { type Simulator, startSimulator } from '@valuecanvas/llm-simulator';
import { eventually, startTestMailServer, type TestMailServer } from '@valuecanvas/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { contracts } from '../src/contracts.ts';
import { startPlatform } from './platform.ts';

const operations = contracts
  .flatMap(({ routes }): readonly RouteDefinition[] => Object.values(routes))
  .filter((route) => !isInternal(route) && route.body !== undefined);

/** Accounts of `npm start` for these roles. */
const accounts = {
  user: { email: 'demo@valuecanvas.local', password: 'demo-password' },
  admin: { email: 'admin@valuecanvas.local', password: 'admin-password' },
} as const;

let simulator: Simulator;
let mail: TestMailServer;
let platform: Awaited<ReturnType<typeof startPlatform>>;
/** IDs that no example can know, by operation and parameter. */
const ids = new Map<string, string>();

beforeAll(async () => {
  simulator = await startSimulator();
  mail = await startTestMailServer();
  platform = await startPlatform({
    TOGETHER_BASE_URL: simulator.url,
    TOGETHER_API_KEY: 'sk-test',
    SMTP_URL: mail.url,
    EMAIL_FROM: 'ValueCanvas <no-reply@example.com>',
  });
  for (const [role, account] of Object.entries(accounts)) {
    expect(await send('POST', '/auth/v1/signup', { body: account })).toMatchObject({ status: 200 });
    await platform.database.query('update auth.users set raw_app_meta_data = $1 where email = $2', [
      JSON.stringify({ tier: 'enterprise', role }),
      account.email,
    ]);
  }
  const [demoUser] = await platform.database.query<{ id: string }>(
    'select id from auth.users where email = $1',
    [accounts.user.email],
  );
  ids.set('admin.updateUser id', String(demoUser?.id));
}, 300_000);

afterAll(async () => {
  await platform?.[Symbol.asyncDispose]();
  await simulator?.stop();
  await mail?.stop();
});

test.each(operations.map((route) => ({ id: route.id, route })))(
  'the example of $id succeeds as it is',
  async ({ id, route }) => {
    expect(route.example).toBeDefined();
    await restoreSampleCanvas();
    const token = id === 'account.delete' ? await signUp(route.example) : await logIn(route);
    if (id === 'session.resetPassword') await storeResetLink(route.example);
    if (id === 'prompts.rateExecution' || id === 'prompts.postExecutionMetric')
      ids.set(`${id} id`, await recordedExecution());
    if (id === 'prompts.createCanary' || id === 'prompts.abortCanary') await freeForCanary(token);
    if (id === 'prompts.abortCanary') ids.set(`${id} id`, await runningCanary(token));
    if (id === 'prompts.completeExperiment') ids.set(`${id} id`, await runningExperiment(token));
    if (id === 'canvas.dismissFinding') ids.set(`${id} fid`, await findingOfSampleCanvas(token));
    const { status, body } = await send(route.method, targetOf(route), { token, body: route.example });
    expect({ status, body }).toMatchObject({ status: successStatus(route) });
  },
);

/** The examples for canvases name the sample canvas of the demo user at its first revision. */
async function restoreSampleCanvas(): Promise<void> {
  const seed = await readFile(new URL('../../../supabase/seed.sql', import.meta.url), 'utf8');
  await platform.database.query('delete from public.canvases');
  await platform.database.query(seed);
}

/** Checks the sample canvas and returns the id of the first finding. */
async function findingOfSampleCanvas(token: string): Promise<string> {
  const check = operations.find((route) => route.id === 'canvas.check');
  if (!check) throw new Error('There is no operation canvas.check.');
  const { body } = await send('POST', targetOf(check), { token, body: check.example });
  const [finding] = (body as { data: { findings: { id: string }[] } }).data.findings;
  return String(finding?.id);
}

/** Generates a canvas and waits until its execution is recorded, which happens in the background. */
async function recordedExecution(): Promise<string> {
  const generate = operations.find((route) => route.id === 'canvas.generate');
  const { body } = await send('POST', '/api/canvas/generate', {
    token: await logIn(generate),
    body: generate?.example,
  });
  const { executionId } = (body as { data: { executionId: string } }).data;
  await eventually(async () => {
    const rows = await platform.database.query('select 1 from public.prompt_executions where id = $1', [
      executionId,
    ]);
    expect(rows).toHaveLength(1);
  });
  return executionId;
}

/** Creates a second version of the prompt of the example, and ends what runs for the prompt. */
async function freeForCanary(token: string): Promise<void> {
  const body = {
    promptKey: 'canvas.generate',
    template: '{{businessDescription}}',
    variables: ['businessDescription'],
  };
  await send('POST', '/api/prompts/versions', { token, body });
  await platform.database.query("update public.ab_tests set status = 'completed'");
  await platform.database.query("update vc_private.prompt_canaries set status = 'aborted'");
}

async function runningCanary(token: string): Promise<string> {
  const create = operations.find((route) => route.id === 'prompts.createCanary');
  const { body } = await send('POST', '/api/prompts/canaries', { token, body: create?.example });
  return (body as { data: { id: string } }).data.id;
}

async function runningExperiment(token: string): Promise<string> {
  await platform.database.query("update vc_private.prompt_canaries set status = 'aborted'");
  const create = operations.find((route) => route.id === 'prompts.createExperiment');
  const { body } = await send('POST', '/api/prompts/ab-tests', { token, body: create?.example });
  const { id } = (body as { data: { id: string } }).data;
  await send('POST', `/api/prompts/ab-tests/${id}/start`, { token });
  return id;
}

/** Logs in as the demo user, or as the admin if the operation requires a permission that users lack. */
async function logIn(route: RouteDefinition | undefined): Promise<string> {
  const required = route?.auth.kind === 'permission' ? route.auth.permission : undefined;
  const role = required === undefined || rolePermissions.user.includes(required) ? 'user' : 'admin';
  const { body } = await send('POST', '/auth/v1/token?grant_type=password', { body: accounts[role] });
  return (body as { access_token: string }).access_token;
}

/** Stores the link whose token an example has, for a new account. */
async function storeResetLink(example: unknown): Promise<void> {
  const account = { email: 'forgetful@example.com', password: 'demo-password' };
  expect(await send('POST', '/auth/v1/signup', { body: account })).toMatchObject({ status: 200 });
  const { token } = example as { readonly token: string };
  await platform.database.query(
    `insert into vc_private.password_resets (token_hash, user_id, is_mailed, created_at, expires_at)
     select $1, id, true, now(), now() + interval '1 hour' from auth.users where email = $2`,
    [createHash('sha256').update(token).digest(), account.email],
  );
}

/** Creates the account that an example deletes. */
async function signUp(account: unknown): Promise<string> {
  const { body } = await send('POST', '/auth/v1/signup', { body: account });
  return (body as { access_token: string }).access_token;
}

/** The path and query with the examples of the document. */
function targetOf({ id, path, params, query }: RouteDefinition): string {
  const filled = path.replace(/:([a-zA-Z]+)\*?/g, (_, name: string) =>
    encodeURIComponent(ids.get(`${id} ${name}`) ?? exampleOf(params?.properties[name])),
  );
  const required = (query?.required ?? []) as readonly string[];
  const asked = required.map((name): [string, string] => [name, exampleOf(query?.properties[name])]);
  return asked.length === 0 ? filled : `${filled}?${new URLSearchParams(asked)}`;
}

function exampleOf(schema: unknown): string {
  const { examples } = (schema ?? {}) as { examples?: readonly unknown[] };
  return String(examples?.[0]);
}

async function send(
  method: string,
  target: string,
  { token, body }: { readonly token?: string; readonly body?: unknown },
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${platform.urlOf('gateway')}${target}`, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(60_000),
  });
  const text = await response.text();
  return { status: response.status, body: text.startsWith('{') ? (JSON.parse(text) as unknown) : text };
}
