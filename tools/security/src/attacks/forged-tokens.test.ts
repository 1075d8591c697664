import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { beforeAll, expect, test } from 'vitest';
import { forgeTokens, internalToken } from './forged-tokens.ts';

const issuer = 'https://platform.example/auth/v1';
const audience = 'authenticated';

async function setUp() {
  const pair = await generateKeyPair('ES256', { extractable: true });
  const published = { ...(await exportJWK(pair.publicKey)), alg: 'ES256', kid: 'current' };
  const access = { ...(await exportJWK(pair.privateKey)), alg: 'ES256', kid: 'current' };
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const keys = { access, internal: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
  const token = await new SignJWT({ app_metadata: { role: 'user' } })
    .setProtectedHeader({ alg: 'ES256', kid: 'current', typ: 'JWT' })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject('a-user')
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(pair.privateKey);
  return {
    published,
    keys,
    token,
    internalPublic: createPublicKey(publicKey.export({ type: 'spki', format: 'pem' })),
  };
}

let platform: Awaited<ReturnType<typeof setUp>>;
beforeAll(async () => {
  platform = await setUp();
});

/** Verifies correctly, except for lifetimes and subjects, which are the platform's own rules. */
function isGood(token: string): Promise<boolean> {
  const keySet = createLocalJWKSet({ keys: [platform.published] });
  return jwtVerify(token, keySet, { issuer, audience, algorithms: ['ES256'] }).then(
    () => true,
    () => false,
  );
}

test('a correct verifier accepts only forgeries that break rules of the platform', async () => {
  expect(await isGood(platform.token)).toBe(true);
  const good: string[] = [];
  for (const { what, token } of await forgeTokens(platform.token, [platform.published], platform.keys)) {
    if (token !== undefined && (await isGood(token))) good.push(what);
  }
  expect(good).toEqual(['a token for a year', 'a token with an invalid subject']);
});

test('with the right key, forgeries differ in expiry, audience or issuer only', async () => {
  const forgeries = await forgeTokens(platform.token, [platform.published], platform.keys);
  const keySet = createLocalJWKSet({ keys: [platform.published] });
  const options = { currentDate: new Date(Date.now() - 5_400_000) };
  for (const what of ['an expired token', 'a token for another audience', 'a token of another issuer']) {
    const token = forgeries.find((forgery) => forgery.what === what)?.token ?? '';
    await expect(jwtVerify(token, keySet, options)).resolves.toBeDefined();
  }
});

test('a verifier that uses a public key as a secret would accept a forgery', async () => {
  const forgeries = await forgeTokens(platform.token, [platform.published], undefined);
  const secrets = [
    createPublicKey({ key: platform.published as Record<string, unknown>, format: 'jwk' })
      .export({ type: 'spki', format: 'pem' })
      .toString(),
    JSON.stringify(platform.published),
  ];
  const tokens = forgeries.filter(({ what }) => what.startsWith('HS256')).map(({ token }) => token ?? '');
  const verified = tokens.map((token, index) => jwtVerify(token, Buffer.from(secrets[index] ?? '')));
  await expect(Promise.all(verified)).resolves.toHaveLength(2);
});

test('an internal token is valid for internal services if the key is known', async () => {
  const token = await internalToken({ sub: 'a-user' }, platform.keys);
  const { payload } = await jwtVerify(token, platform.internalPublic, {
    issuer: 'gateway',
    audience: 'canvas',
  });
  expect(payload).toMatchObject({ kind: 'user', sub: 'a-user', role: 'admin' });
});
