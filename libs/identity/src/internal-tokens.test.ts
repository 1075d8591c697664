import { anonymous, type Principal, type ServiceName } from '@valuecanvas/contracts-core';
import { type CryptoKey, decodeJwt, SignJWT } from 'jose';
import { beforeAll, expect, test } from 'vitest';
import { createInternalSigner } from './internal-signer.ts';
import { createInternalVerifier } from './internal-verifier.ts';
import { createSigningKey, importPublicKeys, importSigningKey } from './signing-keys.ts';

const member: Principal = { kind: 'user', userId: 'u-1', tier: 'pro', role: 'user', sessionId: 's-1' };

let privateKey: CryptoKey;
let publicKeys: ReadonlyMap<ServiceName, CryptoKey>;

beforeAll(async () => {
  const pair = await createSigningKey();
  const stranger = await createSigningKey();
  privateKey = await importSigningKey(pair.signingKey);
  publicKeys = await importPublicKeys(
    JSON.stringify({ gateway: pair.publicKey, 'job-worker': pair.publicKey, canvas: stranger.publicKey }),
  );
});

/** The gateway as signer and the router as verifier, with one clock between them. */
function pair() {
  let time = Date.UTC(2026, 0, 1);
  const now = () => time;
  return {
    now,
    later(ms: number) {
      time += ms;
    },
    sign: createInternalSigner({ issuer: 'gateway', key: privateKey, now }),
    verifier: createInternalVerifier({
      audience: 'llm-router',
      issuers: ['gateway', 'canvas'],
      keys: publicKeys,
      now,
    }),
  };
}

/** A token with the gateway's own key and any content. */
function token(now: () => number, claims: Record<string, unknown>, typ = 'vc-internal+jwt'): Promise<string> {
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
    .setProtectedHeader({ alg: 'EdDSA', typ })
    .sign(privateKey);
}

test.each<[string, Principal]>([
  ['nobody', anonymous],
  ['a service', { kind: 'service', service: 'gateway' }],
  ['a user with a session', member],
  ['an administrator', { kind: 'user', userId: 'u-1', tier: 'enterprise', role: 'admin' }],
  ['a key with scopes', { kind: 'user', userId: 'u-1', tier: 'free', role: 'user', scopes: ['llm'] }],
  ['a key without scopes', { kind: 'user', userId: 'u-1', tier: 'free', role: 'user', scopes: [] }],
])('%s arrives as it was sent, and is known from then on', async (_, principal) => {
  const { sign, verifier } = pair();
  const signed = await sign('llm-router', principal);
  expect(verifier.known(signed)).toBeUndefined();
  expect(await verifier.verify(signed)).toMatchObject({ issuer: 'gateway', principal });
  expect(verifier.known(signed)?.principal).toEqual(principal);
});

test('a signed token is used again for half a minute, and then replaced', async () => {
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
  ['fewer scopes', 'llm-router', { ...member, scopes: [] }],
  ['nobody', 'llm-router', anonymous],
])('a token is never handed out for %s', async (_, audience, principal) => {
  const { sign } = pair();
  const tokens = [await sign('llm-router', member), await sign(audience, principal)];
  expect(new Set(tokens).size).toBe(2);
});

test('a token is good for a minute and no longer, verified before or not', async () => {
  const { sign, verifier, later } = pair();
  const signed = await sign('llm-router', member);
  const { iat = 0, exp = 0 } = decodeJwt(signed);
  expect(exp - iat).toBe(60);
  later(59_000);
  expect(await verifier.verify(signed)).toBeDefined();
  later(1_000);
  expect(verifier.known(signed)).toBeUndefined();
  later(6_000);
  expect(await verifier.verify(signed)).toBeUndefined();
});

test('a token that claims a longer life is believed for a minute all the same', async () => {
  const { verifier, now, later } = pair();
  const signed = await token(now, { exp: Math.floor(now() / 1000) + 3_600 });
  await verifier.verify(signed);
  later(66_000);
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
  ['a token without an end', () => ({ exp: undefined })],
  ['a token without a beginning', () => ({ iat: undefined })],
  ['a token for another service', () => ({ aud: 'canvas' })],
  ['a token for nobody in particular', () => ({ aud: undefined })],
  ['a token of an issuer who may not call, though its key is known', () => ({ iss: 'job-worker' })],
  ["a token in the name of another caller with one's own key", () => ({ iss: 'canvas' })],
  ['a token without an issuer', () => ({ iss: undefined })],
  ['a service that vouches for another service', () => ({ kind: 'service', sub: 'canvas' })],
  ['a user without an id', () => ({ sub: undefined })],
  ['a tier that does not exist', () => ({ tier: 'gold' })],
  ['a role that does not exist', () => ({ role: 'root' })],
  ['a scope that does not exist', () => ({ scp: ['everything'] })],
  ['scopes that are no list', () => ({ scp: 'llm' })],
  ['a kind that does not exist', () => ({ kind: 'ghost' })],
])('%s is refused', async (_, claims) => {
  const { verifier, now } = pair();
  const signed = await token(now, claims(Math.floor(now() / 1000)));
  expect(await verifier.verify(signed)).toBeUndefined();
  expect(verifier.known(signed)).toBeUndefined();
});

test('a token that was made for another purpose is refused', async () => {
  const { verifier, now } = pair();
  expect(await verifier.verify(await token(now, {}, 'JWT'))).toBeUndefined();
});

test.each(['', 'garbage', 'a.b.c'])('%j is refused', async (text) => {
  expect(await pair().verifier.verify(text)).toBeUndefined();
});

test('a token that was changed on its way is refused', async () => {
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
