import { fakeClock } from '@valuecanvas/testing';
import { expect, test } from 'vitest';
import { createAuthKey } from '../../test/support/auth-signing-keys.ts';
import { createAccessTokenIssuer } from './access-token-issuer.ts';
import { importAuthKeys } from './auth-keys.ts';
import { createTokenVerifier } from './token-verifier.ts';

const issuer = 'https://canvas.example.com/auth/v1';

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
  return { clock, token, verifier: createTokenVerifier({ keys, issuer, now: clock.now }) };
}

test('a verified token is known without cryptography for half a minute', async () => {
  const { clock, token, verifier } = await setUp();
  expect(verifier.known(token)).toBeUndefined();
  await verifier.verify(token);
  clock.advance(29_999);
  expect(verifier.known(token)).toMatchObject({ tier: 'pro', role: 'user', sessionId: 'session' });
  clock.advance(1);
  expect(verifier.known(token)).toBeUndefined();
});

test('a token is never known beyond its expiry', async () => {
  const { clock, token, verifier } = await setUp();
  clock.advance(3_590_000);
  expect(await verifier.verify(token)).toBeDefined();
  clock.advance(10_000);
  expect(verifier.known(token)).toBeUndefined();
  expect(await verifier.verify(token)).toBeUndefined();
});

test('tier and role are the least where the token names none that is known', async () => {
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
  const other = createTokenVerifier({ keys, issuer, now: clock.now });
  expect(await other.verify(token)).toMatchObject({ tier: 'free', role: 'user' });
});
