import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createGunzip, createGzip } from 'node:zlib';
import { DatabaseToolError } from '../database-tool-error.ts';
import { checksumName } from './backup-name.ts';
import type { BackupStore } from './backup-store.ts';
import { type BackupKeys, decrypt, encrypt } from './encryption.ts';
import type { Inventory } from './inventory.ts';

/** First line of the SQL in a backup: a comment with what a restore must know before it begins. */
export interface BackupHead {
  readonly format: 1;
  /** ID of the backup's row in backup_logs. */
  readonly id: string;
  /** Time of the snapshot, ISO 8601. */
  readonly createdAt: string;
  readonly database: string;
  /** Major version of the server. */
  readonly postgres: number;
  readonly inventory: Inventory;
}

const mark = '-- valuecanvas backup: ';
const maximumHeadBytes = 64 << 20;

export interface WrittenFile {
  readonly bytes: number;
  /** SHA-256 of the file in hexadecimal. */
  readonly checksum: string;
}

/** Compresses and encrypts SQL and stores it, then its checksum. Nothing is held in memory as a whole. */
export async function writeBackup(
  store: BackupStore,
  name: string,
  content: { readonly head: BackupHead; readonly sql: AsyncIterable<Uint8Array>; readonly keys: BackupKeys },
): Promise<WrittenFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  async function* file() {
    const plain = Readable.from(withHead(content.head, content.sql), { objectMode: false });
    for await (const chunk of encrypt(compress(plain), content.keys.recipients)) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  }
  await store.write(name, Readable.from(file(), { objectMode: false }));
  const checksum = hash.digest('hex');
  await store.write(checksumName(name), Readable.from([`${checksum}  ${name}\n`]));
  return { bytes, checksum };
}

/** Throws DatabaseToolError unless the file has the stored checksum. Returns the checksum. */
export async function verifyChecksum(store: BackupStore, name: string): Promise<WrittenFile> {
  const line = await text(await readChecksum(store, name));
  const expected = /^[0-9a-f]{64}/i.exec(line)?.[0].toLowerCase();
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of (await store.read(name)) as AsyncIterable<Uint8Array>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  const checksum = hash.digest('hex');
  if (checksum === expected) return { bytes, checksum };
  throw new DatabaseToolError(
    `${store.address(name)} is damaged: its SHA-256 is ${checksum}, and ${checksumName(name)} names ${expected ?? 'none'}. Restore another copy or an older backup.`,
  );
}

/** Opens a backup's SQL. Throws DatabaseToolError for a wrong key, damage, or a file of another kind. */
export async function openBackup(
  store: BackupStore,
  name: string,
  identity: string | undefined,
): Promise<{ readonly head: BackupHead; readonly sql: AsyncIterable<Uint8Array> }> {
  const file = (await store.read(name)) as AsyncIterable<Uint8Array>;
  const plain = decompress(decrypt(file, { identity, name }), name);
  const lines = plain[Symbol.asyncIterator]();
  const { line, rest } = await firstLine(lines, name);
  if (!line.startsWith(mark)) {
    throw new DatabaseToolError(`${name} is not a backup of this tool, or one of a newer release.`);
  }
  const head = JSON.parse(line.slice(mark.length)) as BackupHead;
  if (head.format !== 1) {
    throw new DatabaseToolError(`${name} was made by a newer release. Restore it with that release.`);
  }
  return { head, sql: continued(rest, lines) };
}

async function* withHead(head: BackupHead, sql: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`${mark}${JSON.stringify(head)}\n`);
  yield* sql;
}

/** A failure of the source also ends the compression. */
function compress(plain: Readable): AsyncIterable<Uint8Array> {
  const gzip = createGzip();
  plain.on('error', (error) => gzip.destroy(error));
  return plain.pipe(gzip);
}

async function* decompress(packed: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  const source = Readable.from(packed, { objectMode: false });
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  try {
    yield* source.pipe(gunzip);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && String(cause.code).startsWith('Z_'))) throw cause;
    throw new DatabaseToolError(
      `${name} is damaged: it does not decompress. Restore another copy or an older backup.`,
      {
        cause,
      },
    );
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

async function firstLine(chunks: AsyncIterator<Uint8Array>, name: string) {
  const parts: Uint8Array[] = [];
  for (let bytes = 0; bytes < maximumHeadBytes; ) {
    const { value, done } = await chunks.next();
    if (done) break;
    parts.push(value);
    bytes += value.length;
    if (!value.includes(0x0a)) continue;
    const all = Buffer.concat(parts);
    const end = all.indexOf(0x0a);
    return { line: all.toString('utf8', 0, end), rest: all.subarray(end + 1) };
  }
  throw new DatabaseToolError(`${name} is not a backup of this tool.`);
}

async function* continued(first: Uint8Array, others: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield first;
    for (let next = await others.next(); !next.done; next = await others.next()) yield next.value;
  } finally {
    await others.return?.();
  }
}

function readChecksum(store: BackupStore, name: string): Promise<Readable> {
  return store.read(checksumName(name)).catch((cause: unknown) => {
    throw new DatabaseToolError(
      `${store.address(checksumName(name))} is missing. Copy it from where the backup was made: without it, damage would go unnoticed.`,
      { cause },
    );
  });
}

async function text(stream: Readable): Promise<string> {
  const chunks = await stream.toArray();
  return Buffer.concat(chunks.map((chunk) => Buffer.from(chunk))).toString('utf8');
}
