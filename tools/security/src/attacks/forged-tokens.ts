import { createPrivateKey, createPublicKey, randomUUID } from 'node:crypto';
import {
  type CryptoKey,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
} from 'jose';
import type { PlatformKeys } from './attack.ts';

/** A bearer token that must not be accepted. */
export interface Forgery {
  readonly what: string;
  /** Undefined to send no token. */
  readonly token: string | undefined;
}

/**
 * Forgeries of an access token. Without the platform's keys, forgeries that need a valid signature are signed with
 * another key under the same key id.
 */
export async function forgeTokens(
  token: string,
  published: readonly JWK[],
  keys: PlatformKeys | undefined,
): Promise<Forgery[]> {
  const other = await generateKeyPair('ES256', { extractable: true });
  const genuine = keys ? ((await importJWK(keys.access, 'ES256')) as CryptoKey) : other.privateKey;
  const claims = decodeJwt(token);
  const header = { ...decodeProtectedHeader(token), alg: 'ES256' };
  const sign = (
    changes: JWTPayload,
    key = genuine,
    headerChanges: { readonly kid?: string | undefined; readonly jwk?: JWK } = {},
  ) =>
    new SignJWT({ ...claims, ...changes })
      .setProtectedHeader({ ...header, ...headerChanges } as JWTHeaderParameters)
      .sign(key);
  const now = Math.floor(Date.now() / 1000);
  const [head = '', payload = '', signature = ''] = token.split('.');
  const admin = encode({ ...claims, app_metadata: { role: 'admin', tier: 'enterprise' } });
  return [
    { what: 'no token', token: undefined },
    { what: 'garbage', token: 'garbage' },
    { what: 'an empty token', token: '..' },
    { what: 'an overlong token', token: `${head}.${'A'.repeat(9_000)}.${signature}` },
    { what: 'an expired token', token: await sign({ iat: now - 7200, exp: now - 3600 }) },
    { what: 'a token that is not valid yet', token: await sign({ nbf: now + 86_400 }) },
    { what: 'a token for a year', token: await sign({ exp: now + 31_536_000 }) },
    { what: 'a token for another audience', token: await sign({ aud: 'another-audience' }) },
    { what: 'a token of another issuer', token: await sign({ iss: 'https://issuer.example/auth/v1' }) },
    { what: 'a token with an invalid subject', token: await sign({ sub: `${claims.sub}'--` }) },
    { what: 'a tampered signature', token: `${head}.${payload}.${flipFirst(signature)}` },
    { what: 'no signature', token: `${head}.${payload}.` },
    { what: 'a tampered payload', token: `${head}.${admin}.${signature}` },
    { what: 'alg none', token: `${encode({ alg: 'none', typ: 'JWT' })}.${admin}.` },
    { what: 'alg NoNe', token: `${encode({ ...header, alg: 'NoNe' })}.${admin}.` },
    { what: 'another key under a published id', token: await sign({}, other.privateKey) },
    { what: 'an unknown key', token: await sign({}, other.privateKey, { kid: randomUUID() }) },
    { what: 'a key without an id', token: await sign({}, other.privateKey, { kid: undefined }) },
    {
      what: 'a key embedded in the token',
      token: await sign({}, other.privateKey, { kid: undefined, jwk: await exportJWK(other.publicKey) }),
    },
    ...(await signedWithPublished(published, header, claims)),
    { what: 'an internal token', token: await internalToken(claims, keys) },
  ];
}

/** An internal token of the gateway, with the right key if that is known. */
export async function internalToken(claims: JWTPayload, keys: PlatformKeys | undefined): Promise<string> {
  const key = keys ? createPrivateKey(keys.internal) : (await generateKeyPair('EdDSA')).privateKey;
  return new SignJWT({ kind: 'user', sub: claims.sub ?? '', tier: 'enterprise', role: 'admin' })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'vc-internal+jwt' })
    .setIssuer('gateway')
    .setAudience('canvas')
    .setIssuedAt()
    .setExpirationTime('60s')
    .sign(key);
}

/** Accepted by verifiers that use a public key as a shared secret. */
async function signedWithPublished(
  published: readonly JWK[],
  header: JWTHeaderParameters,
  claims: JWTPayload,
): Promise<Forgery[]> {
  const secrets = published.flatMap((jwk) => [
    createPublicKey({ key: jwk as Record<string, unknown>, format: 'jwk' }).export({
      type: 'spki',
      format: 'pem',
    }),
    JSON.stringify(jwk),
  ]);
  return Promise.all(
    secrets.map(async (secret) => ({
      what: 'HS256 with a published key as the secret',
      token: await new SignJWT(claims)
        .setProtectedHeader({ ...header, alg: 'HS256' })
        .sign(Buffer.from(secret)),
    })),
  );
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** Changes the first character, which contains no padding bits, so that the signature really differs. */
function flipFirst(text: string): string {
  return `${text.startsWith('A') ? 'B' : 'A'}${text.slice(1)}`;
}
