import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { diskFull, LocalServerError, saysDiskFull } from './local-server-error.ts';
import { type StopStep, stopProcess } from './processes.ts';
import { lastWords } from './run-command.ts';

/** Covers crash recovery of a developer's data on a busy machine. A server that ends is reported at once. */
const READY_WITHIN_MS = 5 * 60_000;
/** Long enough for the connections of a killed server to end, and for another process to free the port. */
const RETRY_FOR_MS = 60_000;

export interface Launch {
  name: string;
  command: string;
  args: (port: number) => string[];
  env: NodeJS.ProcessEnv;
  account?: { uid: number; gid: number } | undefined;
  /** Folder of the server's state, named in messages. */
  directory: string;
  logFile: string;
  /** Default: a free port. */
  port: number | undefined;
  /** Must prove that the server that answers at the port is this process. */
  isReady: (port: number, pid: number) => Promise<boolean>;
  /** Returns true for a log that reports a temporary fault. */
  isTemporary: (log: string) => boolean;
  /** The first signal also ends the server when its starter ends. */
  stopSteps: readonly [StopStep, ...StopStep[]];
}

export interface Launched {
  pid: number;
  port: number;
  /** Resolves with the exit code or signal as text. Never rejects. */
  ended: Promise<string>;
}

/**
 * Starts a server and returns when it answers. Ctrl-C in the terminal does not reach the server. The server ends with this
 * process, even after SIGKILL. Throws LocalServerError.
 */
export async function launchServer(launch: Launch): Promise<Launched> {
  const deadline = Date.now() + RETRY_FOR_MS;
  for (;;) {
    const port = launch.port ?? (await freePort());
    const launched = await tryLaunch(launch, port);
    if (launched !== undefined) return launched;
    const log = await readFile(launch.logFile, 'utf8');
    if (!isTemporary(launch, log) || Date.now() > deadline) throw failure(launch, port, log);
    await delay(100);
  }
}

async function tryLaunch(launch: Launch, port: number): Promise<Launched | undefined> {
  const { server, ended } = await spawnDetached(launch, port);
  const deadline = Date.now() + READY_WITHIN_MS;
  while (server.exitCode === null && server.signalCode === null) {
    if (await launch.isReady(port, server.pid)) return { pid: server.pid, port, ended };
    if (Date.now() > deadline) {
      await stopProcess(server.pid, launch.stopSteps);
      throw new LocalServerError(`${launch.name} did not answer within 5 minutes. See ${launch.logFile}.`);
    }
    await delay(15);
  }
  return undefined;
}

interface Spawned {
  server: ChildProcess & { pid: number };
  ended: Promise<string>;
}

async function spawnDetached(launch: Launch, port: number): Promise<Spawned> {
  const log = await open(launch.logFile, 'w', 0o600);
  try {
    const { command, env, account } = launch;
    // The server's account must be able to enter the working directory.
    const settings = { cwd: '/', detached: true, env, ...account };
    const server = spawn(command, launch.args(port), { ...settings, stdio: ['ignore', log.fd, log.fd] });
    const { promise: ended, resolve } = Promise.withResolvers<string>();
    server.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    await once(server, 'spawn');
    server.unref();
    endWithStarter(server as Spawned['server'], launch.stopSteps[0].signal);
    return { server: server as Spawned['server'], ended };
  } finally {
    await log.close();
  }
}

/**
 * Signals a server when this process ends. A shell waits for the end of a pipe whose other end only this process holds, so
 * it also notices SIGKILL.
 */
function endWithStarter(server: Spawned['server'], signal: NodeJS.Signals): void {
  const script = `read -r _; kill -s ${signal.slice('SIG'.length)} ${server.pid}`;
  const watchdog = spawn('/bin/sh', ['-c', script], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Without a shell, the next start in the folder ends a server that is left behind.
  watchdog.on('error', () => undefined);
  watchdog.unref();
  if (watchdog.stdin instanceof Socket) watchdog.stdin.unref();
  // The pid of a server that has ended may soon be another process's.
  server.once('exit', () => watchdog.kill('SIGKILL'));
}

const saysPortTaken = (log: string) => /address already in use/i.test(log);

function isTemporary(launch: Launch, log: string): boolean {
  return launch.isTemporary(log) || (launch.port === undefined && saysPortTaken(log));
}

function failure(launch: Launch, port: number, log: string): LocalServerError {
  if (saysDiskFull(log)) return diskFull(launch.directory);
  if (saysPortTaken(log)) {
    return new LocalServerError(
      `Port ${port} is taken, so ${launch.name} cannot use it. Free it or choose another.`,
    );
  }
  const reason = lastWords(log) || 'its log is empty';
  return new LocalServerError(`${launch.name} did not start: ${reason} (more in ${launch.logFile}).`);
}
