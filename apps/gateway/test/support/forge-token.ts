import { importJWK, type JWK, SignJWT } from 'jose';
import { publicUrl } from './start-gateway.ts';

/** Creates an access token that is valid except for the given changes. */
export async function forgeToken(
  key: JWK,
  changes: {
    readonly claims?: Readonly<Record<string, unknown>>;
    readonly header?: { readonly kid?: string; readonly alg?: string };
  } = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const { alg = 'ES256', kid = key.kid ?? '' } = changes.header ?? {};
  return new SignJWT({
    iss: `${publicUrl}/auth/v1`,
    sub: '0190a5b0-0000-7000-8000-000000000001',
    aud: 'authenticated',
    iat: now,
    exp: now + 60,
    app_metadata: { tier: 'pro', role: 'admin' },
    ...changes.claims,
  })
    .setProtectedHeader({ alg, kid, typ: 'JWT' })
    .sign(await importJWK(key, alg));
}
