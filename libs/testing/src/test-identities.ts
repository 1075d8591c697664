import { type ServiceName, serviceNames } from '@valuecanvas/contracts-core';
import {
  createInternalSigner,
  createSigningKey,
  type InternalSigner,
  importSigningKey,
} from '@valuecanvas/identity';

export interface TestIdentities {
  /** Value of INTERNAL_PUBLIC_KEYS with a key of every service. */
  readonly publicKeys: string;
  /** Returns the INTERNAL_SIGNING_KEY of a service. */
  signingKey(service: ServiceName): string;
  /** Returns a signer for a service. */
  signer(service: ServiceName): InternalSigner;
}

/** Generates keys for every service. */
export async function createTestIdentities(): Promise<TestIdentities> {
  const made = await Promise.all(
    serviceNames.map(async (service) => {
      const { signingKey, publicKey } = await createSigningKey();
      const sign = createInternalSigner({ issuer: service, key: await importSigningKey(signingKey) });
      return { service, signingKey, publicKey, sign };
    }),
  );
  const of = (service: ServiceName) => {
    const found = made.find((entry) => entry.service === service);
    if (!found) throw new Error(`The service ${service} has no key.`);
    return found;
  };
  return {
    publicKeys: JSON.stringify(
      Object.fromEntries(made.map(({ service, publicKey }) => [service, publicKey])),
    ),
    signingKey: (service) => of(service).signingKey,
    signer: (service) => of(service).sign,
  };
}
