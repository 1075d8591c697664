import { generateKeyPairSync } from 'node:crypto';
import { createInternalSigner, createSigningKey, importSigningKey } from '@valuecanvas/identity';

/** Signing keys of the platform: internal keys of gateway, router and flags, and the gateway's key for access tokens. */
export async function createIdentities() {
  const [gateway, router, flags] = await Promise.all([
    createSigningKey(),
    createSigningKey(),
    createSigningKey(),
  ]);
  return {
    signingKeys: { gateway: gateway.signingKey, router: router.signingKey, flags: flags.signingKey },
    publicKeys: JSON.stringify({
      gateway: gateway.publicKey,
      'llm-router': router.publicKey,
      'feature-flags': flags.publicKey,
    }),
    authSigningKeys: JSON.stringify([createAuthKey()]),
    /** Signs internal tokens as the gateway. */
    sign: createInternalSigner({ issuer: 'gateway', key: await importSigningKey(gateway.signingKey) }),
  };
}

export type Identities = Awaited<ReturnType<typeof createIdentities>>;

function createAuthKey(): object {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...privateKey.export({ format: 'jwk' }), kid: 'bench', alg: 'ES256' };
}
