import { DatabaseToolError } from '../database-tool-error.ts';

// The file format is age (https://age-encryption.org/v1): X25519 recipients, ChaCha20-Poly1305 over chunks of 64 KiB, each
// authenticated with its position, the last one marked. `age --decrypt` reads it without this program.

/** Keys of the backups. */
export interface BackupKeys {
  /** Public keys (age1…): every one of their secret keys opens the backups. */
  readonly recipients: readonly string[];
  /** Secret key (AGE-SECRET-KEY-1…). A machine that only makes backups needs none. */
  readonly identity: string | undefined;
}

/** Creates a secret key in the format of BACKUP_ENCRYPTION_KEY. */
export async function createBackupKey(): Promise<string> {
  const { generateX25519Identity } = await import('age-encryption');
  return generateX25519Identity();
}

/** Returns the public key of a secret key. Throws DatabaseToolError if the text is not a secret key. */
export async function recipientOf(identity: string): Promise<string> {
  const { identityToRecipient } = await import('age-encryption');
  return identityToRecipient(identity).catch((cause: unknown) => {
    throw new DatabaseToolError(
      'BACKUP_ENCRYPTION_KEY is not an age secret key: it must be one line that begins with AGE-SECRET-KEY-1.',
      { cause },
    );
  });
}

/** Encrypts a stream to the recipients. Throws DatabaseToolError if one of them is not a public key. */
export async function* encrypt(
  content: AsyncIterable<Uint8Array>,
  recipients: readonly string[],
): AsyncGenerator<Uint8Array> {
  const { Encrypter } = await import('age-encryption');
  const encrypter = new Encrypter();
  for (const recipient of recipients) {
    try {
      encrypter.addRecipient(recipient);
    } catch (cause) {
      throw new DatabaseToolError(
        `${recipient} is not an age public key: BACKUP_RECIPIENTS must list keys that begin with age1, separated by commas.`,
        { cause },
      );
    }
  }
  yield* await encrypter.encrypt(ReadableStream.from(content));
}

/** Decrypts a stream. Throws DatabaseToolError if the key is another one, or if a byte is changed, missing or added. */
export async function* decrypt(
  content: AsyncIterable<Uint8Array>,
  { identity, name }: { readonly identity: string | undefined; readonly name: string },
): AsyncGenerator<Uint8Array> {
  if (identity === undefined) {
    throw new DatabaseToolError(
      'BACKUP_ENCRYPTION_KEY is not set: set it to the secret key of the backups (AGE-SECRET-KEY-1…).',
    );
  }
  await recipientOf(identity);
  const { Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  const source = remembersFailure(content);
  try {
    yield* await decrypter.decrypt(ReadableStream.from(source.chunks()));
  } catch (cause) {
    if (source.failure) throw source.failure.reason;
    const isOtherKey = cause instanceof Error && cause.message.startsWith('no identity matched');
    throw new DatabaseToolError(
      isOtherKey
        ? `BACKUP_ENCRYPTION_KEY does not open ${name}: the backup was made for another key. Set the key that was in use then.`
        : `${name} is damaged: it does not decrypt. Restore another copy or an older backup.`,
      { cause },
    );
  }
}

/** Keeps the failure of a source apart from failures of the stages that read it. */
function remembersFailure(content: AsyncIterable<Uint8Array>) {
  const source = {
    failure: undefined as { readonly reason: unknown } | undefined,
    async *chunks(): AsyncGenerator<Uint8Array> {
      try {
        yield* content;
      } catch (reason) {
        source.failure = { reason };
        throw reason;
      }
    },
  };
  return source;
}
