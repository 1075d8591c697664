import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import {
  type Contract,
  headers,
  isInternal,
  metricCatalogue,
  type RouteDefinition,
} from '@valuecanvas/contracts-core';
import { userPrincipal } from '@valuecanvas/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { contracts } from '../../src/contracts.ts';
import type { Captured } from './capture.ts';
import { createMarkedValues, mark } from './marked-values.ts';
import { configured, startObservedPlatform } from './platform.ts';

const operations = contracts.flatMap((contract) =>
  Object.values(contract.routes).map((route) => ({ contract, route })),
);

/** Documentation addresses (RFC 5737): the client's own, which a trusted proxy in front of the gateway names. */
const clientAddress = '192.0.2.77';
const password = `${mark}Password-1`;
const account = { email: `${mark}@example.com`, password };

/** Client headers that carry secrets or describe the client. */
const markedHeaders = {
  'user-agent': `${mark}agent`,
  referer: `https://${mark}.example/`,
  'x-forwarded-for': clientAddress,
  'idempotency-key': `${mark}key`,
  baggage: `user=${mark}`,
  'accept-language': mark,
};
const badCredentials = [
  { authorization: `Bearer ${mark}` },
  { cookie: `vc_session=${mark}; __Host-vc_session=${mark}` },
  { 'x-api-key': `vc_${mark}` },
];

/** Requests that succeed, for operations that reject a body derived from the schema. */
const extraBodies: Readonly<Record<string, readonly unknown[]>> = {
  'prompts.createVersion': [
    { promptKey: `${mark}.prompt`, template: `${mark} {{blank}}`, variables: ['blank'] },
  ],
  'prompts.render': [{ variables: { blank: `${mark}blank` } }],
  // The canvas has been changed once by then.
  'canvas.apply': [{ section: 'channels', suggestions: [`${mark}suggestion`], mode: 'append', revision: 2 }],
  'llm.chat': [{ prompt: `${mark}prompt` }, { prompt: `${mark}stream`, stream: true }],
  'llm.createChatCompletion': [false, true].map((stream) => ({
    model: 'own-model',
    messages: [{ role: 'user', content: `${mark}own` }],
    stream,
  })),
};

const marked = createMarkedValues();
/** Fields of replies, by service and name. */
const replied = new Map<string, string>();
/** Operations that succeeded at least once. */
const succeeded = new Set<string>();
/** Credentials that the platform itself issues. */
const issued = new Set<string>();
let platform: Awaited<ReturnType<typeof startObservedPlatform>>;
let telemetry: { logs: string; metrics: string; spans: string; errors: string };

beforeAll(async () => {
  platform = await startObservedPlatform();
  await signUp();
  await driveEveryRoute(await logIn(), 'first');
  await sendOddRequests();
  const session = await logIn();
  await failEveryWrite();
  await driveEveryRoute(session, 'last');
  await send('POST', `${platform.urlOf('gateway')}/auth/v1/token?grant_type=password`, { body: account });
  const metrics = await platform.metrics();
  await platform.stop();
  telemetry = {
    metrics,
    logs: platform.logs(),
    spans: bodiesOf(platform.collector.requests),
    errors: bodiesOf(platform.sentry.requests),
  };
}, 600_000);

afterAll(async () => platform?.[Symbol.asyncDispose]());

/** Health checks are not traced. */
const traced = operations.filter(({ route }) => !/^\/health(\/|$)/.test(route.path));

test.each(traced.map(({ route }) => route.id))('%s has a span', (id) => {
  expect(telemetry.spans).toContain(id);
});

test.each(['http', 'undici', 'pg', 'ioredis'])('%s is instrumented', (library) => {
  expect(telemetry.spans).toContain(`@opentelemetry/instrumentation-${library}`);
});

test.each([...Object.keys(extraBodies), 'canvas.generate', 'flags.create', 'apiKeys.create', 'queue.submit'])(
  '%s succeeded with marked values',
  (id) => expect(succeeded).toContain(id),
);

test('marks reach the prompts of providers, the unexpected errors and the database', async () => {
  expect(bodiesOf(platform.provider.requests)).toContain(mark);
  expect(telemetry.logs).toContain('"message":"request: unexpected error"');
  expect(telemetry.errors).toContain('P0001');
  for (const { service } of contracts) expect(telemetry.spans).toContain(service);
  const [row] = await platform.database.query<{ count: string }>(
    'select count(*) from canvases where business_description like $1',
    [`%${mark}%`],
  );
  expect(Number(row?.count)).toBeGreaterThan(0);
});

test.each(['logs', 'metrics', 'spans', 'errors'] as const)('no secret is in the %s', (kind) => {
  expect(telemetry[kind]).not.toBe('');
  const secrets = new Set([mark, clientAddress, ...marked.ids, ...issued, ...Object.values(configured)]);
  const text = telemetry[kind].toLowerCase();
  const found = [...secrets].filter((secret) => text.includes(secret.toLowerCase()));
  expect(found.map((secret) => excerpt(telemetry[kind], secret))).toEqual([]);
});

test('every metric of the catalogue is exposed, with its labels, and there are no others', () => {
  const ofRuntime = /^(process|nodejs)_/;
  const types = [...telemetry.metrics.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(
    ([, name, type]) => `${name} ${type}`,
  );
  const expected = Object.values(metricCatalogue).map(({ name, type }) => `${name} ${type}`);
  expect([...new Set(types)].filter((line) => !ofRuntime.test(line)).sort()).toEqual(expected.sort());

  const labels = new Map(Object.values(metricCatalogue).map((metric) => [metric.name, metric.labels]));
  const undeclared = [...telemetry.metrics.matchAll(/^(\w+?)(?:_bucket|_sum|_count)?\{(.*)\} /gm)].flatMap(
    ([, name = '', text = '']) => {
      if (ofRuntime.test(name)) return [];
      const allowed: readonly string[] = ['service', 'le', ...(labels.get(name) ?? [])];
      return [...text.matchAll(/(\w+)="/g)]
        .filter(([, label = '']) => !allowed.includes(label))
        .map(([, label]) => `${name}: ${label}`);
    },
  );
  expect(undeclared).toEqual([]);
});

test('the headers of provider requests hold no secret of a client, and no trace', () => {
  expect(platform.provider.requests).not.toHaveLength(0);
  for (const { headers: sent, url } of platform.provider.requests) {
    expect(JSON.stringify([url, sent])).not.toMatch(new RegExp(`${mark}|${clientAddress}`));
    for (const name of ['traceparent', 'tracestate', 'baggage', 'sentry-trace'])
      expect(sent).not.toHaveProperty(name);
  }
});

test('a provider with propagateTrace receives the trace of the call, and nothing else', () => {
  expect(platform.ownProvider.requests).not.toHaveLength(0);
  const calls = platform.ownProvider.requests.filter(({ url }) => url?.endsWith('/chat/completions'));
  for (const { headers: sent } of calls) {
    const [, traceId = ''] = /^00-([0-9a-f]{32})-[0-9a-f]{16}-01$/.exec(String(sent.traceparent)) ?? [];
    expect(telemetry.spans).toContain(Buffer.from(traceId, 'hex').toString('latin1'));
    expect(sent).not.toHaveProperty('baggage');
    expect(JSON.stringify(sent)).not.toContain(mark);
  }
});

interface Session {
  readonly token: string;
  readonly userId: string;
}

async function signUp(): Promise<void> {
  const { status } = await send('POST', `${platform.urlOf('gateway')}/auth/v1/signup`, { body: account });
  expect(status).toBe(200);
  await platform.database.query(
    `update auth.users set raw_app_meta_data = '{"tier": "enterprise", "role": "admin"}' where email = $1`,
    [account.email],
  );
}

async function logIn(): Promise<Session> {
  const url = `${platform.urlOf('gateway')}/auth/v1/token?grant_type=password`;
  const { body } = await send('POST', url, { body: account });
  const { access_token: token, user } = JSON.parse(body) as { access_token: string; user: { id: string } };
  return { token, userId: user.id };
}

/** Makes PostgreSQL refuse every new, changed or deleted row with an unexpected error that repeats the row. */
async function failEveryWrite(): Promise<void> {
  await platform.database.query(`
    create function public.refuse_row() returns trigger language plpgsql as $$
      declare refused text := coalesce(new::text, old::text);
      begin raise exception 'refused %', refused using detail = refused, hint = refused; end $$;
    do $$ declare name text; begin
      for name in select oid::regclass::text from pg_class
        where relkind in ('r', 'p') and not relispartition and relnamespace::regnamespace::text not in
          ('pg_catalog', 'information_schema', 'supabase_migrations', 'pg_toast')
      loop execute 'create trigger refuse_row before insert or update or delete on ' || name ||
        ' for each row execute function public.refuse_row()'; end loop; end $$;`);
}

/** Creating operations come first, because others need their ids. Operations that end sessions come last. */
function orderOf({ id, method, path }: RouteDefinition): number {
  if (/session|log_?out|updateUser|\.user/i.test(id)) return 3;
  if (method === 'DELETE') return 2;
  return path.includes(':') ? 1 : 0;
}

/** Deleting operations get the created ids only in the last round. */
async function driveEveryRoute(session: Session, round: 'first' | 'last'): Promise<void> {
  const ordered = operations.toSorted((one, other) => orderOf(one.route) - orderOf(other.route));
  for (const { contract, route } of ordered) {
    if (isInternal(route)) await driveInside(contract, route, session);
    else await driveFromOutside(contract, route, session, round);
  }
}

async function driveFromOutside(
  { service }: Contract,
  route: RouteDefinition,
  { token }: Session,
  round: 'first' | 'last',
): Promise<void> {
  const gateway = platform.urlOf('gateway');
  const authorization = `Bearer ${token}`;
  const deletes = route.method === 'DELETE' && round === 'first';
  const targets = [targetOf(route), ...(deletes ? [] : [knownTargetOf(service, route)])];
  for (const target of new Set(targets)) {
    for (const body of bodiesFor(route)) {
      // Using a key twice would replay or reject the request.
      const key = `${mark}${randomUUID()}`;
      const sent = await send(route.method, `${gateway}${target}`, {
        headers: { authorization, 'idempotency-key': key },
        body,
      });
      if (sent.status >= 300) continue;
      succeeded.add(route.id);
      rememberFields(service, sent.body);
    }
  }
  for (const credentials of badCredentials)
    await send(route.method, `${gateway}${targetOf(route)}`, {
      headers: credentials,
      body: bodiesFor(route)[0],
    });
}

/** Routes between services, called as one of their allowed callers. */
async function driveInside(
  { service }: Contract,
  route: RouteDefinition,
  { userId }: Session,
): Promise<void> {
  const [caller = 'gateway'] = route.auth.kind === 'service' ? route.auth.callers : [];
  const sign = platform.identities.signer(caller);
  const principals = [
    { kind: 'service', service: caller } as const,
    userPrincipal({ userId, role: 'admin' }),
  ];
  for (const principal of principals) {
    const identity = await sign(service, principal);
    for (const body of bodiesFor(route)) {
      const url = `${platform.urlOf(service)}${targetOf(route)}`;
      await send(route.method, url, { headers: { [headers.identity]: identity }, body });
    }
  }
}

/** A valid body with all fields, one with the required ones, a broken one, and one of other types. */
function bodiesFor({ id, body }: RouteDefinition): readonly unknown[] {
  if (!body) return [undefined];
  const all = marked.value(body, 'all') as Record<string, unknown>;
  const wrong = Object.fromEntries(Object.keys(all).map((name) => [name, { [mark]: `${mark}wrong` }]));
  return [all, marked.value(body, 'required'), `{"${mark}": "${mark}`, wrong, ...(extraBodies[id] ?? [])];
}

/** Marked values in all parameters and all arguments of the query. */
function targetOf({ path, params, query }: RouteDefinition): string {
  const values = (params ? marked.value(params, 'all') : {}) as Record<string, unknown>;
  const asked = query ? (marked.value(query, 'all') as Record<string, unknown>) : {};
  const texts = Object.entries(asked).map(([name, value]): [string, string] => [name, String(value)]);
  return `${fill(path, (name) => values[name] ?? mark)}?${new URLSearchParams(texts)}`;
}

/** The same path with the id of an existing resource, if an earlier reply contained one. */
function knownTargetOf(service: string, { path, params }: RouteDefinition): string {
  const values = (params ? marked.value(params, 'all') : {}) as Record<string, unknown>;
  return fill(path, (name, collection) => {
    const names = [name, `${collection}Id`, `${collection.slice(0, -1)}Id`];
    const known = names.map((each) => replied.get(`${service}.${each}`));
    return known.findLast((value) => value !== undefined) ?? values[name];
  });
}

/** Fills the parameters of a path; `value` also gets the segment before the parameter. */
function fill(path: string, value: (name: string, collection: string) => unknown): string {
  const segments = path.split('/');
  const filled = segments.map((segment, index) =>
    segment.startsWith(':')
      ? encodeURIComponent(String(value(segment.slice(1), segments[index - 1] ?? '')))
      : segment,
  );
  return filled.join('/');
}

function rememberFields(service: string, text: string): void {
  if (!text.startsWith('{')) return;
  const { data } = JSON.parse(text) as { data?: Record<string, unknown> };
  for (const [name, value] of Object.entries(data ?? {}))
    if (typeof value === 'string' || typeof value === 'number')
      replied.set(`${service}.${name}`, String(value));
}

/** Requests that reach no route, or that a server refuses before it knows their route. */
async function sendOddRequests(): Promise<void> {
  const gateway = platform.urlOf('gateway');
  const paths = [
    `/${mark}?token=${mark}`,
    `/v1/${mark}/${mark}?api_key=${mark}`,
    `/auth/v1/verify?token=${mark}&type=signup&redirect_to=https://${mark}.example`,
    `/auth/v1/${mark}`,
    `/api/canvas/${mark}`,
    `/api/canvas/${mark}/export?format=${mark}`,
    `/api/docs/${mark}.js`,
    `/api/shared/${mark}`,
    `/console/${mark}?code=${mark}`,
    `/ofrep/v1/evaluate/flags/${mark}`,
  ];
  const ownHeaders = [
    { authorization: `Basic ${Buffer.from(`${mark}:${mark}`).toString('base64')}` },
    { authorization: `${mark} ${mark}`, 'x-http-method-override': mark, prefer: mark },
    { 'content-type': `application/${mark}`, 'content-encoding': mark },
    { 'content-type': `multipart/form-data; boundary=${mark}` },
    {
      origin: `https://${mark}.example`,
      'access-control-request-headers': mark,
      'sec-fetch-site': 'cross-site',
    },
    { 'if-match': `"${mark}"`, 'last-event-id': mark, range: `bytes=${mark}`, traceparent: mark },
  ];
  for (const path of paths)
    for (const own of ownHeaders)
      for (const method of ['GET', 'POST', 'OPTIONS', 'PATCH'])
        await send(method, `${gateway}${path}`, {
          headers: own,
          ...(method === 'GET' ? {} : { body: { [mark]: mark } }),
        });
  for (const head of [
    `GET /%zz${mark}?${mark} HTTP/1.1\r\nhost: x`,
    `GET http://${mark}.example/api/canvas?${mark} HTTP/1.1\r\nhost: ${mark}.example`,
    `${mark.toUpperCase()} /${mark} HTTP/1.1\r\nhost: x`,
    `GET /api/canvas HTTP/1.1\r\nhost: x\r\nx-${mark}: ${mark.repeat(5_000)}`,
    `GET /${mark} HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-protocol: ${mark}`,
    `POST /api/llm/chat HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"prompt":"${mark}`,
    `POST /api/llm/chat HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n${mark}\r\n${mark}`,
  ])
    await sendBytes(new URL(gateway), `${head}\r\n\r\n`);
}

/** Sends bytes, and ends the connection when the server has answered, or after a short time. */
async function sendBytes({ hostname, port }: URL, bytes: string): Promise<void> {
  const socket = connect({ host: hostname, port: Number(port) });
  const end = (): void => void socket.destroy();
  socket.setTimeout(500, end).on('data', end).on('error', end);
  socket.write(bytes);
  await once(socket, 'close');
}

interface Sent {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

async function send(method: string, url: string, { headers: own = {}, body }: Sent) {
  const response = await fetch(url, {
    method,
    headers: {
      ...markedHeaders,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...own,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    signal: AbortSignal.timeout(60_000),
  });
  const text = await response.text();
  rememberCredentials(text, response.headers.getSetCookie());
  return { status: response.status, body: text };
}

function rememberCredentials(text: string, cookies: readonly string[]): void {
  for (const [, value] of text.matchAll(
    /"(?:access_token|refresh_token|csrfToken|key|token)":"([\w.-]{20,})"/g,
  ))
    if (value !== undefined && !value.includes(mark)) issued.add(value);
  for (const cookie of cookies) {
    const [, value = ''] = /^[^=]+=([^;]*)/.exec(cookie) ?? [];
    if (value.length >= 20) issued.add(value);
  }
}

function bodiesOf(requests: readonly Captured[]): string {
  return requests.map(({ body }) => body).join('\n');
}

/** Characters around a mark that show which protection is missing. */
function excerpt(text: string, secret: string): string {
  const at = text.toLowerCase().indexOf(secret.toLowerCase());
  return text.slice(Math.max(0, at - 300), at + 100);
}
