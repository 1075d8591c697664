import { exportJWK, generateKeyPair, type JWK } from 'jose';

/** Creates a private key in the format of AUTH_SIGNING_KEYS. */
export async function createAuthKey(kid: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, alg: 'ES256' };
}
