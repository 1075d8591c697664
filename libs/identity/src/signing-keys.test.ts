import { exportJWK, exportPKCS8, generateKeyPair, type JWK } from 'jose';
import { expect, test } from 'vitest';
import { createSigningKey, importPublicKeys, importSigningKey } from './signing-keys.ts';

const notPrivate = 'INTERNAL_SIGNING_KEY is not an Ed25519 private key (PKCS #8 PEM in base64).';

test('a new key consists of the two values for the environment', async () => {
  const { signingKey, publicKey } = await createSigningKey();
  await expect(importSigningKey(signingKey)).resolves.toBeDefined();
  const { publicKey: another } = await createSigningKey();
  const keys = await importPublicKeys(JSON.stringify({ canvas: publicKey, gateway: another }));
  expect([...keys.keys()]).toEqual(['canvas', 'gateway']);
  expect(publicKey).not.toHaveProperty('d');
});

test.each(['', 'garbage', Buffer.from('-----BEGIN PRIVATE KEY-----').toString('base64')])(
  'the signing key %j is refused in one sentence',
  async (value) => {
    await expect(importSigningKey(value)).rejects.toThrow(notPrivate);
  },
);

test('a private key of another kind is refused in one sentence', async () => {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const value = Buffer.from(await exportPKCS8(privateKey)).toString('base64');
  await expect(importSigningKey(value)).rejects.toThrow(notPrivate);
});

test.each(['', 'garbage', 'null', '"text"', '[]', '7'])('%s is not a set of public keys', async (value) => {
  await expect(importPublicKeys(value)).rejects.toThrow(
    'INTERNAL_PUBLIC_KEYS is not a JSON object of service name to public JWK.',
  );
});

test('a key of an unknown service is reported by name', async () => {
  const { publicKey } = await createSigningKey();
  await expect(importPublicKeys(JSON.stringify({ billing: publicKey }))).rejects.toThrow(
    'INTERNAL_PUBLIC_KEYS names billing, which is not a service.',
  );
});

/** Encodes the same key differently: the last base64 character of 32 bytes has two unused bits. */
const respelled = (jwk: JWK): JWK => {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const x = jwk.x ?? '';
  return { ...jwk, x: `${x.slice(0, -1)}${letters[letters.indexOf(x.slice(-1)) + 1]}` };
};

test.each<[string, (jwk: JWK) => JWK]>([
  ['unchanged', (jwk) => jwk],
  ['spelled otherwise', respelled],
  ['with another id and not extractable', (jwk) => ({ ...jwk, kid: 'other', ext: false })],
])('one key for two services, %s, is refused with both their names', async (_, twin) => {
  const { publicKey } = await createSigningKey();
  const { publicKey: another } = await createSigningKey();
  const value = JSON.stringify({ canvas: publicKey, 'job-worker': another, gateway: twin(publicKey) });
  await expect(importPublicKeys(value)).rejects.toThrow(
    /^INTERNAL_PUBLIC_KEYS gives canvas and gateway the same key, so that each could sign as the other\.$/,
  );
});

const ecKey = async () => exportJWK((await generateKeyPair('ES256', { extractable: true })).publicKey);
const privateJwk = async () =>
  exportJWK((await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })).privateKey);

test.each<[string, () => unknown]>([
  ['null', () => null],
  ['a text', () => 'key'],
  ['an empty object', () => ({})],
  ['a shared secret', () => ({ kty: 'oct', k: 'c2VjcmV0' })],
  ['a key of another kind', ecKey],
  ['a private key', privateJwk],
  ['a broken key', () => ({ kty: 'OKP', crv: 'Ed25519', x: 'short' })],
])('%s in place of a public key is refused with the name of its service', async (_, make) => {
  await expect(importPublicKeys(JSON.stringify({ canvas: await make() }))).rejects.toThrow(
    /^INTERNAL_PUBLIC_KEYS holds no Ed25519 public key for canvas\.$/,
  );
});
