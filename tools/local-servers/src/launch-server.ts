import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { diskFull, LocalServerError, saysDiskFull } from './local-server-error.ts';
import { type StopStep, stopProcess } from './processes.ts';
import { lastWords } from './run-command.ts';

/** Long enough for crash recovery of a developer's data. */
const READY_WITHIN_MS = 60_000;
/** Sessions of a killed server, and a free port that somebody else took, are gone or replaced well before. */
const RETRY_FOR_MS = 10_000;

export interface Launch {
  name: string;
  command: string;
  args: (port: number) => string[];
  env: NodeJS.ProcessEnv;
  account?: { uid: number; gid: number } | undefined;
  /** Where the server keeps its state: named in messages. */
  directory: string;
  logFile: string;
  /** Undefined: a free one. */
  port: number | undefined;
  /** Must prove that the server answering at the port is this very process. */
  isReady: (port: number, pid: number) => Promise<boolean>;
  /** Whether a log tells of a hindrance that passes by itself. */
  isPassing: (log: string) => boolean;
  stopSteps: StopStep[];
}

export interface Launched {
  pid: number;
  port: number;
  /** How the process ended, in words; whether that was wanted, the caller knows. Never rejects. */
  ended: Promise<string>;
}

/** Starts a server that outlives a terminal's Ctrl-C, and returns when it answers; throws LocalServerError. */
export async function launchServer(launch: Launch): Promise<Launched> {
  const deadline = Date.now() + RETRY_FOR_MS;
  for (;;) {
    const port = launch.port ?? (await freePort());
    const launched = await tryLaunch(launch, port);
    if (launched !== undefined) return launched;
    const log = await readFile(launch.logFile, 'utf8');
    if (!mayPass(launch, log) || Date.now() > deadline) throw failure(launch, port, log);
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
      throw new LocalServerError(`${launch.name} did not answer within a minute; see ${launch.logFile}.`);
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
    // The working directory must be one that the server's account may enter.
    const settings = { cwd: '/', detached: true, env, ...account };
    const server = spawn(command, launch.args(port), { ...settings, stdio: ['ignore', log.fd, log.fd] });
    const { promise: ended, resolve } = Promise.withResolvers<string>();
    server.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    await once(server, 'spawn');
    server.unref();
    return { server: server as Spawned['server'], ended };
  } finally {
    await log.close();
  }
}

const saysPortTaken = (log: string) => /address already in use/i.test(log);

function mayPass(launch: Launch, log: string): boolean {
  return launch.isPassing(log) || (launch.port === undefined && saysPortTaken(log));
}

function failure(launch: Launch, port: number, log: string): LocalServerError {
  if (saysDiskFull(log)) return diskFull(launch.directory);
  if (saysPortTaken(log)) {
    return new LocalServerError(
      `Port ${port} is taken, so ${launch.name} cannot use it; free it or choose another.`,
    );
  }
  const reason = lastWords(log) || 'it said nothing';
  return new LocalServerError(`${launch.name} did not start: ${reason} (more in ${launch.logFile}).`);
}
