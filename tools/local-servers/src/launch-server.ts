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

/** Starts a server that outlives a terminal's Ctrl-C, and returns when it answers; throws LocalServerError. */
export async function launchServer(launch: Launch): Promise<{ pid: number; port: number }> {
  const deadline = Date.now() + RETRY_FOR_MS;
  for (;;) {
    const port = launch.port ?? (await freePort());
    const pid = await tryLaunch(launch, port);
    if (pid !== undefined) return { pid, port };
    const log = await readFile(launch.logFile, 'utf8');
    if (!mayPass(launch, log) || Date.now() > deadline) throw failure(launch, port, log);
    await delay(100);
  }
}

async function tryLaunch(launch: Launch, port: number): Promise<number | undefined> {
  const server = await spawnDetached(launch, port);
  const deadline = Date.now() + READY_WITHIN_MS;
  while (server.exitCode === null && server.signalCode === null) {
    if (await launch.isReady(port, server.pid)) return server.pid;
    if (Date.now() > deadline) {
      await stopProcess(server.pid, launch.stopSteps);
      throw new LocalServerError(`${launch.name} did not answer within a minute; see ${launch.logFile}.`);
    }
    await delay(15);
  }
  return undefined;
}

async function spawnDetached(launch: Launch, port: number): Promise<ChildProcess & { pid: number }> {
  const log = await open(launch.logFile, 'w', 0o600);
  try {
    const { command, env, account } = launch;
    // The working directory must be one that the server's account may enter.
    const settings = { cwd: '/', detached: true, env, ...account };
    const server = spawn(command, launch.args(port), { ...settings, stdio: ['ignore', log.fd, log.fd] });
    await once(server, 'spawn');
    server.unref();
    return server as ChildProcess & { pid: number };
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
