import {
  anonymous,
  type Principal,
  permissions,
  rolePermissions,
  type ServiceName,
  type UserPrincipal,
} from '@valuecanvas/contracts-core';
import { type CryptoKey, decodeJwt, generateKeyPair, type JWK, SignJWT } from 'jose';
import { beforeAll, expect, test } from 'vitest';
import { createInternalSigner } from './internal-signer.ts';
import { createInternalVerifier } from './internal-verifier.ts';
import { createSigningKey, importPublicKeys, importSigningKey } from './signing-keys.ts';

const member: UserPrincipal = {
  kind: 'user',
  userId: 'u-1',
  tier: 'pro',
  role: 'user',
  permissions: rolePermissions.user,
  sessionId: 's-1',
};
const { sessionId: _, ...sessionless } = member;

/** The verifier knows the keys of all these services, so a refusal never means a missing key. */
const signing = [
  'gateway',
  'canvas',
  'job-worker',
  'feature-flags',
] as const satisfies readonly ServiceName[];
type Signing = (typeof signing)[number];

let privateKeys: Record<Signing, CryptoKey>;
let publicKeys: ReadonlyMap<ServiceName, CryptoKey>;
let stranger: { readonly privateKey: CryptoKey; readonly publicKey: JWK };

beforeAll(async () => {
  const made = await Promise.all(signing.map(async (name) => ({ name, ...(await createSigningKey()) })));
  const imported = made.map(async ({ name, signingKey }) => [name, await importSigningKey(signingKey)]);
  privateKeys = Object.fromEntries(await Promise.all(imported));
  publicKeys = await importPublicKeys(
    JSON.stringify(Object.fromEntries(made.map(({ name, publicKey }) => [name, publicKey]))),
  );
  const { signingKey, publicKey } = await createSigningKey();
  stranger = { privateKey: await importSigningKey(signingKey), publicKey };
});

/** The gateway as signer and the router as verifier, sharing one clock. */
function pair() {
  let time = Date.UTC(2026, 0, 1);
  const now = () => time;
  return {
    now,
    later(ms: number) {
      time += ms;
    },
    sign: createInternalSigner({ issuer: 'gateway', key: privateKeys.gateway, now }),
    verifier: createInternalVerifier({
      audience: 'llm-router',
      issuers: ['gateway', 'canvas'],
      speakers: ['job-worker'],
      keys: publicKeys,
      now,
    }),
  };
}

/** Signs arbitrary claims, by default with the gateway's key and the usual header. */
function token(
  now: () => number,
  claims: Record<string, unknown>,
  {
    head = {},
    key = privateKeys.gateway,
  }: { readonly head?: Record<string, unknown>; readonly key?: CryptoKey } = {},
): Promise<string> {
  const issuedAt = Math.floor(now() / 1000);
  return new SignJWT({
    kind: 'user',
    sub: 'u-1',
    tier: 'free',
    role: 'user',
    iss: 'gateway',
    aud: 'llm-router',
    iat: issuedAt,
    exp: issuedAt + 60,
    ...claims,
  })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'vc-internal+jwt', ...head })
    .sign(key);
}

test.each<[string, Principal]>([
  ['an anonymous caller', anonymous],
  ['a service', { kind: 'service', service: 'gateway' }],
  ['a user with a session', member],
  ['an administrator', { ...sessionless, tier: 'enterprise', role: 'admin', permissions }],
  [
    'a user of a role that the deployment defines',
    { ...member, role: 'support', permissions: ['audit:read'] },
  ],
  ['an API key', { ...sessionless, permissions: ['llm'], apiKeyId: 'k-1' }],
  ['an API key without permissions', { ...sessionless, permissions: [], apiKeyId: 'k-1' }],
])('%s arrives unchanged and is then cached', async (_, principal) => {
  const { sign, verifier } = pair();
  const signed = await sign('llm-router', principal);
  expect(verifier.known(signed)).toBeUndefined();
  expect(await verifier.verify(signed)).toMatchObject({ issuer: 'gateway', principal });
  expect(verifier.known(signed)?.principal).toEqual(principal);
});

test('a signed token is reused for 30 s, then replaced', async () => {
  const { sign, later } = pair();
  const first = await sign('llm-router', member);
  later(29_000);
  expect(await sign('llm-router', { ...member })).toBe(first);
  later(2_000);
  expect(await sign('llm-router', member)).not.toBe(first);
});

test.each<[string, ServiceName, Principal]>([
  ['another audience', 'canvas', member],
  ['another user', 'llm-router', { ...member, userId: 'u-2' }],
  ['another tier', 'llm-router', { ...member, tier: 'free' }],
  ['another role', 'llm-router', { ...member, role: 'admin' }],
  ['another session', 'llm-router', { ...member, sessionId: 's-2' }],
  ['fewer permissions', 'llm-router', { ...member, permissions: [] }],
  ['an API key of the same user', 'llm-router', { ...member, apiKeyId: 'k-1' }],
  ['nobody', 'llm-router', anonymous],
])('a cached token is not reused for %s', async (_, audience, principal) => {
  const { sign } = pair();
  const tokens = [await sign('llm-router', member), await sign(audience, principal)];
  expect(new Set(tokens).size).toBe(2);
});

test('a token expires after 60 s, whether or not it was verified before', async () => {
  const { sign, verifier, later } = pair();
  const signed = await sign('llm-router', member);
  const { iat = 0, exp = 0 } = decodeJwt(signed);
  expect(exp - iat).toBe(60);
  later(59_000);
  expect(await verifier.verify(signed)).toBeDefined();
  later(1_000);
  expect(verifier.known(signed)).toBeUndefined();
  expect(await verifier.verify(signed)).toBeUndefined();
});

test('an expired token is refused by a verifier that has never seen it', async () => {
  const { sign, verifier, later } = pair();
  const signed = await sign('llm-router', member);
  later(60_000);
  expect(await verifier.verify(signed)).toBeUndefined();
});

test('a token that claims a longer lifetime still expires after 60 s', async () => {
  const { verifier, now, later } = pair();
  const signed = await token(now, { exp: Math.floor(now() / 1000) + 3_600 });
  expect(await verifier.verify(signed)).toBeDefined();
  later(60_000);
  expect(verifier.known(signed)).toBeUndefined();
  expect(await verifier.verify(signed)).toBeUndefined();
});

test('clocks may differ by a few seconds', async () => {
  const { verifier, now } = pair();
  const issuedAt = Math.floor(now() / 1000) + 4;
  expect(await verifier.verify(await token(now, { iat: issuedAt, exp: issuedAt + 60 }))).toBeDefined();
});

test.each<[string, (seconds: number) => Record<string, unknown>]>([
  ['an expired token', (now) => ({ iat: now - 70, exp: now - 10 })],
  ['an old token that has not expired', (now) => ({ iat: now - 70, exp: now + 60 })],
  ['a token from the future', (now) => ({ iat: now + 30, exp: now + 60 })],
  ['a token issued further in the future than clocks may differ', (now) => ({ iat: now + 6, exp: now + 66 })],
  ['a token without an end', () => ({ exp: undefined })],
  ['a token without a beginning', () => ({ iat: undefined })],
  ['a token for another service', () => ({ aud: 'canvas' })],
  ['a token without an audience', () => ({ aud: undefined })],
  ['a token for several services', () => ({ aud: ['llm-router', 'canvas'] })],
  ['a token for a list of one service', () => ({ aud: ['llm-router'] })],
  ["a token in another caller's name with the sender's own key", () => ({ iss: 'canvas' })],
  ['a token without an issuer', () => ({ iss: undefined })],
  ['a service that vouches for another service', () => ({ kind: 'service', sub: 'canvas' })],
  ['a user without an id', () => ({ sub: undefined })],
  ['a tier that does not exist', () => ({ tier: 'gold' })],
  ['a role that is not a name', () => ({ role: 7 })],
  ['an unknown role without permissions', () => ({ role: 'root' })],
  ['permissions that are not a list', () => ({ prm: 'llm' })],
  ['an API key with permissions that are not a list', () => ({ scp: 'llm', key: 'k-1' })],
  ['scopes without an API key', () => ({ scp: ['llm'] })],
  ['an API key without scopes', () => ({ prm: ['llm'], key: 'k-1' })],
  ['permissions of both a user and an API key', () => ({ prm: ['llm'], scp: ['llm'], key: 'k-1' })],
  ['a kind that does not exist', () => ({ kind: 'ghost' })],
])('%s is refused', async (_, claims) => {
  const { verifier, now } = pair();
  const signed = await token(now, claims(Math.floor(now() / 1000)));
  expect(await verifier.verify(signed)).toBeUndefined();
  expect(verifier.known(signed)).toBeUndefined();
});

test('a permission that this release does not know is dropped', async () => {
  const { verifier, now } = pair();
  const signed = await token(now, { role: 'admin', prm: ['flags:write', 'everything', 7] });
  expect(await verifier.verify(signed)).toMatchObject({ principal: { permissions: ['flags:write'] } });
});

test.each([
  ['user', rolePermissions.user],
  ['admin', permissions],
])('a token without permissions has those of the built-in role %s', async (role, held) => {
  const { verifier, now } = pair();
  const identity = await verifier.verify(await token(now, { role }));
  expect(identity).toMatchObject({ principal: { role, permissions: held } });
});

test('a service of an earlier release sees an API key as restricted to its scopes', async () => {
  const { sign } = pair();
  const signed = await sign('llm-router', { ...sessionless, permissions: ['llm'], apiKeyId: 'k-1' });
  expect(decodeJwt(signed)).toMatchObject({ scp: ['llm'] });
});

test('a token that names the gateway but is signed by another caller is refused', async () => {
  const { verifier, now } = pair();
  const signed = await token(now, { role: 'admin' }, { key: privateKeys.canvas });
  expect(await verifier.verify(signed)).toBeUndefined();
});

test('a token of a service that is not a caller is refused for every principal, although its key is known', async () => {
  const { verifier, now } = pair();
  const sign = createInternalSigner({ issuer: 'feature-flags', key: privateKeys['feature-flags'], now });
  for (const principal of [member, anonymous, { kind: 'service', service: 'feature-flags' } as const])
    expect(await verifier.verify(await sign('llm-router', principal))).toBeUndefined();
});

test('a service that may act only for itself is accepted for itself', async () => {
  const { verifier, now } = pair();
  const sign = createInternalSigner({ issuer: 'job-worker', key: privateKeys['job-worker'], now });
  const itself: Principal = { kind: 'service', service: 'job-worker' };
  const signed = await sign('llm-router', itself);
  expect(await verifier.verify(signed)).toMatchObject({ issuer: 'job-worker', principal: itself });
  expect(verifier.known(signed)?.principal).toEqual(itself);
});

test.each<[string, Principal]>([
  ['a user', member],
  ['an administrator', { ...member, role: 'admin' }],
  ['an anonymous caller', anonymous],
  ['another service', { kind: 'service', service: 'gateway' }],
])('a service that may act only for itself cannot act for %s', async (_, principal) => {
  const { verifier, now } = pair();
  const sign = createInternalSigner({ issuer: 'job-worker', key: privateKeys['job-worker'], now });
  const signed = await sign('llm-router', principal);
  expect(await verifier.verify(signed)).toBeUndefined();
  expect(verifier.known(signed)).toBeUndefined();
});

test.each([{ typ: 'JWT' }, { typ: 'at+jwt' }, { typ: undefined }])(
  'a token that was made for another purpose, %o, is refused',
  async (head) => {
    const { verifier, now } = pair();
    expect(await verifier.verify(await token(now, {}, { head }))).toBeUndefined();
  },
);

test.each<[string, () => Record<string, unknown>]>([
  ['the key itself', () => ({ jwk: stranger.publicKey })],
  ['a URL of the key', () => ({ jku: 'https://keys.example/jwks.json' })],
  ['a certificate of the key', () => ({ x5c: [stranger.publicKey.x] })],
  ['a URL of a certificate', () => ({ x5u: 'https://keys.example/key.pem' })],
  ['the id of a known key', () => ({ kid: 'gateway' })],
])('a token with %s in its header is refused if no caller has signed it', async (_, head) => {
  const { verifier, now } = pair();
  const signed = await token(now, {}, { head: head(), key: stranger.privateKey });
  expect(await verifier.verify(signed)).toBeUndefined();
});

test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
  ['unchanged', { typ: 'JWT', kid: 'auth' }, { iss: 'https://auth.example/auth/v1', aud: 'authenticated' }],
  ['with the header and claims of an internal token', {}, {}],
])("a user's access token, %s, is no internal token", async (_, head, claims) => {
  const { verifier, now } = pair();
  const { privateKey } = await generateKeyPair('ES256');
  const signed = await token(now, claims, { head: { ...head, alg: 'ES256' }, key: privateKey });
  expect(await verifier.verify(signed)).toBeUndefined();
});

test.each(['', 'garbage', 'a.b.c'])('%j is refused', async (text) => {
  expect(await pair().verifier.verify(text)).toBeUndefined();
});

test('a token that was modified in transit is refused', async () => {
  const { sign, verifier } = pair();
  const [head, body, signature] = (await sign('llm-router', member)).split('.');
  const claims = JSON.parse(Buffer.from(body ?? '', 'base64url').toString());
  const richer = Buffer.from(JSON.stringify({ ...claims, tier: 'enterprise' })).toString('base64url');
  expect(await verifier.verify(`${head}.${richer}.${signature}`)).toBeUndefined();
});

test('an unsigned token, and one signed with a public key as if it were a secret, are refused', async () => {
  const { verifier, now } = pair();
  const signed = await token(now, {});
  const [, body] = signed.split('.');
  for (const alg of ['none', 'HS256']) {
    const head = Buffer.from(JSON.stringify({ alg, typ: 'vc-internal+jwt' })).toString('base64url');
    for (const signature of ['', signed.split('.')[2]])
      expect(await verifier.verify(`${head}.${body}.${signature}`)).toBeUndefined();
  }
});
