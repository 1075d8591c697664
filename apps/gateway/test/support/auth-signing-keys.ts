import { exportJWK, generateKeyPair, type JWK } from 'jose';

/** A fresh private key as it stands in AUTH_SIGNING_KEYS. */
export async function createAuthKey(kid: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, alg: 'ES256' };
}
