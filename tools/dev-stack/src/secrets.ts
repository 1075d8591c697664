import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createBackupKey, type Service, services } from '@valuecanvas/database';
import { createSigningKey } from '@valuecanvas/identity';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { replaceFile } from './replace-file.ts';

interface ServiceSecrets {
  readonly databasePassword: string;
  /** In the format of INTERNAL_SIGNING_KEY. */
  readonly signingKey: string;
  readonly publicKey: JWK;
}

/** Secrets of this clone, created once and kept until the state is deleted. */
export interface Secrets {
  /** Private ES256 keys in the format of AUTH_SIGNING_KEYS. */
  readonly authSigningKeys: readonly JWK[];
  /** Opens the backups of this clone, in the format of BACKUP_ENCRYPTION_KEY. */
  readonly backupKey: string;
  readonly services: Readonly<Record<Service, ServiceSecrets>>;
}

/** Reads the secrets and creates missing ones. Only the owner can read the file. */
export async function loadSecrets(file: string): Promise<Secrets> {
  const secrets = await createSecrets(await readKnown(file));
  await replaceFile(file, `${JSON.stringify(secrets, null, 2)}\n`);
  return secrets;
}

/** Completes known secrets with new ones. */
export async function createSecrets(known: KnownSecrets): Promise<Secrets> {
  return {
    authSigningKeys: known.authSigningKeys ?? [await createAuthKey()],
    backupKey: known.backupKey ?? (await createBackupKey()),
    services: await completeServices(known.services ?? {}),
  };
}

/** All public keys in the format of INTERNAL_PUBLIC_KEYS. */
export function publicKeysOf(secrets: Secrets): string {
  return JSON.stringify(
    Object.fromEntries(services.map((service) => [service, secrets.services[service].publicKey])),
  );
}

export interface KnownSecrets {
  authSigningKeys?: readonly JWK[];
  backupKey?: string;
  services?: Partial<Record<Service, ServiceSecrets>>;
}

/** An incomplete file counts as absent. Its users were incomplete too, or get the new password at start. */
async function readKnown(file: string): Promise<KnownSecrets> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as KnownSecrets;
  } catch {
    return {};
  }
}

async function completeServices(
  known: Partial<Record<Service, ServiceSecrets>>,
): Promise<Record<Service, ServiceSecrets>> {
  const entries = services.map(
    async (service) => [service, known[service] ?? (await createServiceSecrets())] as const,
  );
  return Object.fromEntries(await Promise.all(entries)) as Record<Service, ServiceSecrets>;
}

async function createServiceSecrets(): Promise<ServiceSecrets> {
  return { databasePassword: randomBytes(24).toString('base64url'), ...(await createSigningKey()) };
}

async function createAuthKey(): Promise<JWK> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const kid = await calculateJwkThumbprint(await exportJWK(publicKey));
  return { ...(await exportJWK(privateKey)), alg: 'ES256', kid };
}
