import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { DatabaseToolError } from '../database-tool-error.ts';

/** Throws DatabaseToolError unless `program` is installed and, where a server's version is given, not older than it. */
export async function requireClient(program: 'pg_dump' | 'psql', serverMajor?: number): Promise<void> {
  const { stdout } = await promisify(execFile)(program, ['--version']).catch((cause: unknown) => {
    throw new DatabaseToolError(
      `${program} is not installed. Install PostgreSQL's client programs (Debian: postgresql-client).`,
      { cause },
    );
  });
  const major = Number(/\d+/.exec(stdout)?.[0]);
  if (serverMajor === undefined || major >= serverMajor) return;
  throw new DatabaseToolError(
    `${program} ${major} cannot read PostgreSQL ${serverMajor}. Install postgresql-client-${serverMajor} or newer, and put it first in PATH.`,
  );
}

/**
 * Dumps a database as SQL, as a transaction with the exported snapshot sees it. Throws DatabaseToolError if pg_dump fails.
 * Stops pg_dump if the reader stops early.
 */
export async function* dumpSql(url: string, snapshot: string): AsyncGenerator<Uint8Array> {
  const dump = start('pg_dump', url, ['--format=plain', '--no-owner', `--snapshot=${snapshot}`]);
  try {
    yield* dump.process.stdout;
    await dump.succeeded();
  } finally {
    dump.process.kill('SIGKILL');
  }
}

/**
 * Runs SQL in one transaction. If the content fails, nothing is committed and its failure is thrown. Throws
 * DatabaseToolError with PostgreSQL's message if a statement fails.
 */
export async function runSql(url: string, content: AsyncIterable<Uint8Array>): Promise<void> {
  const options = ['--no-psqlrc', '--quiet', '--single-transaction', '--set=ON_ERROR_STOP=1', '--file=-'];
  const psql = start('psql', url, options);
  psql.process.stdout.resume();
  // If psql ends first, the pipe breaks: then psql says why.
  const written = pipeline(content, psql.process.stdin).then(
    () => undefined,
    (reason: NodeJS.ErrnoException) => {
      // Without the end of its input, psql must not commit.
      psql.process.kill('SIGKILL');
      return { reason };
    },
  );
  const [outcome, failure] = await Promise.allSettled([psql.succeeded(), written]);
  const broken = failure.status === 'fulfilled' ? failure.value : undefined;
  if (broken && broken.reason.code !== 'EPIPE') throw broken.reason;
  if (outcome.status === 'rejected') throw outcome.reason;
}

interface Running {
  readonly process: ChildProcess & { readonly stdin: NodeJS.WritableStream; readonly stdout: Readable };
  /** Resolves when the program has ended with exit code 0. Throws DatabaseToolError otherwise. */
  succeeded(): Promise<void>;
}

/** Starts a program on a database. The password is in its environment, where other accounts cannot read it. */
function start(program: string, url: string, options: readonly string[]): Running {
  const address = new URL(url);
  const password = decodeURIComponent(address.password);
  address.password = '';
  const child = spawn(program, [...options, `--dbname=${address.href}`], {
    env: { ...process.env, PGPASSWORD: password, PGAPPNAME: 'valuecanvas-backup', LC_ALL: 'C' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const messages: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => messages.push(line));
  const closed = once(child, 'close');
  closed.catch(() => {});
  return {
    process: child,
    async succeeded() {
      const [code, signal] = await closed;
      if (code === 0) return;
      const told =
        messages.find((line) => /error|fatal/i.test(line)) ?? messages[0] ?? `ended by ${signal ?? code}`;
      throw new DatabaseToolError(`${program} failed: ${told.replace(/^\w+: (error: )?/, '')}`);
    },
  };
}
