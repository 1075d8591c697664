import { fakeClock } from '@valuecanvas/testing';
import { expect, test } from 'vitest';
import { createAuthKey } from '../../test/support/auth-signing-keys.ts';
import { readRoles } from '../roles/roles.ts';
import { createAccessTokenIssuer } from './access-token-issuer.ts';
import { importAuthKeys, trustOwnTokens } from './auth-keys.ts';
import { createTokenVerifier } from './token-verifier.ts';

const issuer = 'https://canvas.example.com/auth/v1';

/** No session is revoked until `revoke` is called. `asked` counts the checks. */
function noRevocationsYet() {
  let version = 0;
  let asked = 0;
  return {
    version: () => version,
    asked: () => asked,
    mayBeRevoked: () => version > 0,
    isRevoked: async () => {
      asked += 1;
      return version > 0;
    },
    revoke() {
      version += 1;
    },
  };
}

async function setUp() {
  const clock = fakeClock();
  const keys = await importAuthKeys(JSON.stringify([await createAuthKey('current')]));
  const issue = createAccessTokenIssuer({ keys, issuer, now: clock.now });
  const { token } = await issue({
    userId: '0190a5b0-0000-7000-8000-000000000001',
    email: 'ada@example.com',
    appMetadata: { tier: 'pro', role: 'user' },
    userMetadata: {},
    sessionId: 'session',
    authenticatedAt: new Date(clock.now()),
  });
  const revocations = noRevocationsYet();
  const trusted = trustOwnTokens(keys, issuer, 3_600);
  const verifier = createTokenVerifier({ trusted, revocations, roles: readRoles(), now: clock.now });
  return { clock, keys, token, revocations, trusted, verifier };
}

test('a verified token is cached for 30 s, without cryptography', async () => {
  const { clock, token, verifier } = await setUp();
  expect(verifier.known(token)).toBeUndefined();
  await verifier.verify(token);
  clock.advance(29_999);
  expect(verifier.known(token)).toMatchObject({ tier: 'pro', role: 'user', sessionId: 'session' });
  clock.advance(1);
  expect(verifier.known(token)).toBeUndefined();
});

test('a token is never cached beyond its expiry', async () => {
  const { clock, token, verifier } = await setUp();
  clock.advance(3_590_000);
  expect(await verifier.verify(token)).toBeDefined();
  clock.advance(10_000);
  expect(verifier.known(token)).toBeUndefined();
  expect(await verifier.verify(token)).toBeUndefined();
});

test('an unknown tier or role counts as the lowest', async () => {
  const { clock } = await setUp();
  const keys = await importAuthKeys(JSON.stringify([await createAuthKey('current')]));
  const { token } = await createAccessTokenIssuer({ keys, issuer, now: clock.now })({
    userId: '0190a5b0-0000-7000-8000-000000000001',
    email: '',
    appMetadata: { tier: 'platinum', role: 'root' },
    userMetadata: { tier: 'enterprise', role: 'admin' },
    sessionId: 'session',
    authenticatedAt: new Date(clock.now()),
  });
  const other = createTokenVerifier({
    roles: readRoles(),
    trusted: trustOwnTokens(keys, issuer, 3_600),
    revocations: noRevocationsYet(),
    now: clock.now,
  });
  expect(await other.verify(token)).toMatchObject({ tier: 'free', role: 'user' });
});

test('a token whose session is revoked here is removed from the cache immediately', async () => {
  const { token, revocations, verifier } = await setUp();
  await verifier.verify(token);
  revocations.revoke();
  expect(verifier.known(token)).toBeUndefined();
  expect(await verifier.verify(token)).toBeUndefined();
});

test('concurrent requests with one new token share one verification', async () => {
  const { token, revocations, verifier } = await setUp();
  const principals = await Promise.all(Array.from({ length: 50 }, () => verifier.verify(token)));
  expect(new Set(principals).size).toBe(1);
  expect(revocations.asked()).toBe(1);
});

test('the refusal of an invalid token is cached, unless its key may be published later', async () => {
  const { clock, token, trusted, revocations } = await setUp();
  let lookUps = 0;
  const counting = (found: boolean) =>
    createTokenVerifier({
      roles: readRoles(),
      trusted: {
        ...trusted,
        keyFor: (header) => {
          lookUps += 1;
          return found ? trusted.keyFor(header) : undefined;
        },
      },
      revocations,
      now: clock.now,
    });
  const knowing = counting(true);
  for (const _ of [1, 2, 3]) expect(await knowing.verify(`${token.slice(0, -6)}AAAAAA`)).toBeUndefined();
  expect(lookUps).toBe(1);
  const waiting = counting(false);
  for (const _ of [1, 2, 3]) expect(await waiting.verify(token)).toBeUndefined();
  expect(lookUps).toBe(4);
});

test('a token that could outlive its revocation is refused', async () => {
  const { clock, keys, token } = await setUp();
  const verifier = createTokenVerifier({
    roles: readRoles(),
    trusted: trustOwnTokens(keys, issuer, 3_599),
    revocations: noRevocationsYet(),
    now: clock.now,
  });
  expect(await verifier.verify(token)).toBeUndefined();
});
