import { type ServiceName, serviceNames } from '@valuecanvas/contracts-core';
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  exportPKCS8,
  generateKeyPair,
  importJWK,
  importPKCS8,
  type JWK,
} from 'jose';

const algorithm = 'EdDSA';

/** Generates an Ed25519 key as two environment values: `INTERNAL_SIGNING_KEY` and its public half. */
export async function createSigningKey(): Promise<{ signingKey: string; publicKey: JWK }> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { crv: 'Ed25519', extractable: true });
  const pem = await exportPKCS8(privateKey);
  return { signingKey: Buffer.from(pem).toString('base64'), publicKey: await exportJWK(publicKey) };
}

/** Imports the private key from an `INTERNAL_SIGNING_KEY` (PKCS #8 PEM in base64). Throws a one-sentence error if invalid. */
export async function importSigningKey(value: string): Promise<CryptoKey> {
  try {
    return await importPKCS8(Buffer.from(value, 'base64').toString('utf8'), algorithm);
  } catch (cause) {
    throw new Error('INTERNAL_SIGNING_KEY is not an Ed25519 private key (PKCS #8 PEM in base64).', { cause });
  }
}

/**
 * Imports the public keys from an `INTERNAL_PUBLIC_KEYS`: a JSON object of service name to public JWK. Throws a
 * one-sentence error if it is invalid or gives two services the same key.
 */
export async function importPublicKeys(value: string): Promise<ReadonlyMap<ServiceName, CryptoKey>> {
  const keys = new Map<ServiceName, CryptoKey>();
  const owners = new Map<string, ServiceName>();
  for (const [name, jwk] of Object.entries(parseObject(value))) {
    const service = serviceNames.find((known) => known === name);
    if (!service) throw new Error(`INTERNAL_PUBLIC_KEYS names ${name}, which is not a service.`);
    const key = await importPublicKey(service, jwk);
    refuseSharing(owners, service, await calculateJwkThumbprint(await exportJWK(key)));
    keys.set(service, key);
  }
  return keys;
}

/** Compares key material, not JWK encodings. */
function refuseSharing(owners: Map<string, ServiceName>, service: ServiceName, thumbprint: string): void {
  const owner = owners.get(thumbprint);
  if (owner) {
    throw new Error(
      `INTERNAL_PUBLIC_KEYS gives ${owner} and ${service} the same key, so that each could sign as the other.`,
    );
  }
  owners.set(thumbprint, service);
}

async function importPublicKey(service: ServiceName, jwk: unknown): Promise<CryptoKey> {
  const key =
    isObject(jwk) && jwk.d === undefined
      ? await importJWK(jwk, algorithm, { extractable: true }).catch(() => undefined)
      : undefined;
  if (!key || key instanceof Uint8Array) {
    throw new Error(`INTERNAL_PUBLIC_KEYS holds no Ed25519 public key for ${service}.`);
  }
  return key;
}

function parseObject(value: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(value);
    if (isObject(parsed)) return parsed;
  } catch {
    // The error below names the expected form.
  }
  throw new Error('INTERNAL_PUBLIC_KEYS is not a JSON object of service name to public JWK.');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
