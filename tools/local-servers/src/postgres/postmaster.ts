import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { serverEnvironment } from '../environment.ts';
import { type Launch, type Launched, launchServer } from '../launch-server.ts';
import { commandLine, type StopStep, stopProcess } from '../processes.ts';
import { tcpExchange } from '../tcp-exchange.ts';
import type { Account } from './account.ts';
import type { PostgresState } from './state.ts';

export interface PostmasterSettings {
  native: string;
  account: Account | undefined;
  port: number | undefined;
  durable: boolean;
  maxConnections: number | undefined;
}

/** Fast shutdown first. An immediate shutdown costs only a recovery at the next start. */
const stopSteps: readonly [StopStep, ...StopStep[]] = [
  { signal: 'SIGINT', patienceMs: 15_000 },
  { signal: 'SIGQUIT', patienceMs: 8_000 },
  { signal: 'SIGKILL', patienceMs: 30_000 },
];

export function startPostmaster(state: PostgresState, settings: PostmasterSettings): Promise<Launched> {
  const launch: Launch = {
    name: 'PostgreSQL',
    command: join(settings.native, 'bin', 'postgres'),
    args: (port) => ['-D', state.data, '-p', String(port), '-k', '', ...configuration(settings)],
    env: serverEnvironment(),
    account: settings.account && { uid: settings.account.uid, gid: settings.account.gid },
    directory: state.home,
    logFile: state.log,
    port: settings.port,
    isReady: (port, pid) => isReady(state.data, port, pid),
    // Sessions of a killed server end a moment after it.
    isTemporary: (log) => log.includes('pre-existing shared memory block'),
    stopSteps,
  };
  return launchServer(launch);
}

/**
 * Stops a server that still runs on this data folder. Removes a lock file that names no such server: its pid may belong
 * to another process by now, and PostgreSQL would refuse to start.
 */
export async function stopPostmaster(data: string): Promise<void> {
  const [pid] = await lockFileLines(data);
  if (pid === undefined) return;
  if (await runsHere(Number(pid), data)) await stopProcess(Number(pid), stopSteps);
  await rm(lockFile(data), { force: true });
}

function configuration(settings: PostmasterSettings): string[] {
  const values = {
    listen_addresses: '127.0.0.1',
    timezone: 'UTC',
    ...(settings.maxConnections === undefined ? {} : { max_connections: settings.maxConnections }),
    ...(settings.durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

const lockFile = (data: string) => join(data, 'postmaster.pid');

async function lockFileLines(data: string): Promise<string[]> {
  const text = await readFile(lockFile(data), 'utf8').catch(() => '');
  return text.split('\n').filter(Boolean);
}

async function runsHere(pid: number, data: string): Promise<boolean> {
  const command = await commandLine(pid);
  return command?.includes(`postgres -D ${data} -p `) ?? false;
}

/** The lock file proves that the port belongs to this server. The reply proves that it accepts connections. */
async function isReady(data: string, port: number, pid: number): Promise<boolean> {
  const lines = await lockFileLines(data);
  const isOurs = lines[0] === String(pid) && lines.at(-1)?.trim() === 'ready';
  return isOurs && (await takesConnections(port));
}

/** A server that accepts connections requests authentication ("R"). Otherwise it answers with an error ("E"). */
async function takesConnections(port: number): Promise<boolean> {
  const reply = await tcpExchange(port, startupMessage(), (bytes) => bytes.length > 0);
  return reply?.toString('latin1', 0, 1) === 'R';
}

/** https://www.postgresql.org/docs/current/protocol-message-formats.html, StartupMessage */
function startupMessage(): Buffer {
  const parameters = Buffer.from('user\0postgres\0database\0postgres\0\0');
  const head = Buffer.alloc(8);
  head.writeInt32BE(head.length + parameters.length, 0);
  head.writeInt32BE(3 << 16, 4);
  return Buffer.concat([head, parameters]);
}
