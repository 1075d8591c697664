import { randomUUID } from 'node:crypto';
import { decodeJwt, importJWK, type JWK, SignJWT } from 'jose';
import type { Attack } from '../attack.ts';
import { openSession } from '../browser-sessions.ts';
import { at, textAt } from '../fields.ts';
import { logIn, type Person, signUp } from '../people.ts';
import type { Question, Target } from '../target.ts';
import type { DocumentedOperation } from './documented.ts';
import type { Known } from './valid-values.ts';

/** Callers of the fuzzer, and the resources that they own. */
export interface Callers {
  /** Undefined if there is no such caller: administrators require the platform's keys. */
  tokenFor(operation: DocumentedOperation): Promise<string | undefined>;
  /** All credentials of a user, by the names of the document's security schemes. */
  readonly credentials: Readonly<Record<string, Pick<Question, 'token' | 'headers'>>>;
  knownFor(operation: DocumentedOperation): Known;
}

/** Users for the fuzzer alone: its requests delete their resources and end their sessions. */
export async function createCallers({ target, keys }: Pick<Attack, 'target' | 'keys'>): Promise<Callers> {
  const [owner, member, leaver] = [await signUp(target), await signUp(target), await signUp(target)];
  // A user who stops being an administrator is logged out.
  const promoted = await signUp(target);
  const user = keys ? await raise(owner.token, keys.access, 'user') : owner.token;
  const admin = keys && (await raise((await signUp(target)).token, keys.access, 'admin'));
  const known = await makeThings(target, user, admin, { member, promoted });
  const session = await openSession(target, owner);
  const apiKey = await makeApiKey(target, user);
  return {
    credentials: {
      accessToken: { token: user },
      session: { headers: { cookie: session.cookie } },
      csrfToken: { headers: { 'x-csrf-token': session.csrfToken } },
      apiKey: { token: apiKey },
      apiKeyHeader: { headers: { 'x-api-key': apiKey } },
      azureApiKey: { headers: { 'api-key': apiKey } },
    },
    async tokenFor({ guarded, operatorsOnly, id, path }) {
      if (!guarded) return undefined;
      if (operatorsOnly) return admin;
      // Each request ends a session, and the other user's password changes meanwhile.
      if (id === 'auth.logOut') return (await logIn(target, leaver)).access;
      return path.startsWith('/auth/') ? member.token : user;
    },
    knownFor: ({ path }) => ({
      ...known.everywhere,
      ...known.below.find(([place]) => place.test(path))?.[1],
    }),
  };
}

/** The same user with the largest budget, as in its next token. */
async function raise(token: string, key: JWK, role: 'user' | 'admin'): Promise<string> {
  return new SignJWT({ ...decodeJwt(token), app_metadata: { role, tier: 'enterprise' } })
    .setProtectedHeader({ alg: 'ES256', kid: key.kid ?? '', typ: 'JWT' })
    .sign(await importJWK(key, 'ES256'));
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

async function makeApiKey(target: Target, token: string): Promise<string> {
  const body = { name: 'probe', scopes: ['llm', 'flags:evaluate', 'prompts:read'] };
  return textAt(await target.send({ method: 'POST', path: '/api/keys', token, body }), 'data', 'key');
}

async function makeThings(
  target: Target,
  user: string,
  admin: string | undefined,
  people: { readonly member: Person; readonly promoted: Person },
) {
  const make = (path: string, body: unknown, token = user) =>
    target.send({ method: 'POST', path, token, body });
  const business = { businessDescription: 'A bakery that delivers bread by bike' };
  const canvases = [
    await make('/api/canvas/generate', business),
    await make('/api/canvas/generate', business),
  ];
  const question = { type: 'custom_prompt', prompt: 'Say a word' };
  const job = await make('/api/queue/llm', question);
  const key = await make('/api/keys', { name: 'probe', scopes: ['llm'] });
  const models = await target.send({ path: '/v1/models', token: user });
  const name = `probe-${randomUUID()}`;
  if (admin) {
    await make('/api/flags', { key: name }, admin);
    const version = { promptKey: name, template: 'Say {{word}}', variables: ['word'] };
    await make('/api/prompts/versions', version, admin);
    await make(`/api/prompts/versions/${name}/1/activate`, undefined, admin);
  }
  const canvasIds = canvases.map((canvas) => textAt(canvas, 'data', 'canvasId'));
  const below: readonly (readonly [RegExp, Known])[] = [
    [/^\/api\/canvas\/\{id\}/, { id: canvasIds, n: [1], revision: [1, 2, 3] }],
    [/^\/api\/keys\/\{id\}/, { id: [textAt(key, 'data', 'id')] }],
    [
      /^\/api\/prompts\/executions\//,
      { id: canvases.map((canvas) => textAt(canvas, 'data', 'executionId')) },
    ],
    [/^\/api\/admin\/users\/\{id\}/, { id: [people.promoted.id] }],
    [/^\/api\/flags\/\{key\}/, { key: [name] }],
    [/^\/api\/prompts\//, { promptKey: [name], version: [1], variables: [{ word: 'bread' }] }],
    [/^\/api\/queue\//, { promptVariables: [business], section: ['channels'], jobs: [[question]] }],
    [/^\/auth\/v1\/signup/, { email: [] }],
  ];
  const everywhere: Known = {
    model: ((at(models.json, 'data') ?? []) as unknown[]).map((model) => at(model, 'id')),
    jobId: [textAt(job, 'data', 'jobId')],
    canvasId: canvasIds,
    messages: [[{ role: 'user', content: 'Say a word' }]],
    rolloutPercentage: [0, 12.5, 100],
    startDate: [dayOf(Date.now() - 864_000_000)],
    endDate: [dayOf(Date.now())],
    phone: [''],
    asset: ['api-docs.js', 'swagger-ui.css', 'favicon-32x32.png'],
    email: [people.member.email],
    password: [people.member.password],
    grant_type: ['password', 'refresh_token'],
  };
  return { everywhere, below };
}
