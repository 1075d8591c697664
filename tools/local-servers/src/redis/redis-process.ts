import { readFile, rm } from 'node:fs/promises';
import { serverEnvironment } from '../environment.ts';
import { type Launched, launchServer } from '../launch-server.ts';
import { commandLine, type StopStep, stopProcess } from '../processes.ts';
import { tcpExchange } from '../tcp-exchange.ts';
import type { RedisBinary } from './binary.ts';
import type { RedisFiles } from './configuration.ts';

const stopSteps: readonly [StopStep, ...StopStep[]] = [
  { signal: 'SIGTERM', patienceMs: 10_000 },
  { signal: 'SIGKILL', patienceMs: 30_000 },
];

/** Starts the server with the existing configuration file. Returns when it serves commands. */
export function launchRedis(
  files: RedisFiles,
  { binary, password, port }: { binary: RedisBinary; password: string; port: number | undefined },
): Promise<Launched> {
  return launchServer({
    name: 'Redis',
    command: binary.command,
    args: (port) => [files.configuration, '--port', String(port)],
    env: serverEnvironment(binary.libraryPath),
    directory: files.directory,
    logFile: files.log,
    port,
    isReady: (port) => answers(port, password),
    isTemporary: () => false,
    stopSteps,
  });
}

/** Stops a server that still runs in this folder, and removes its pid file. */
export async function stopRedis(files: RedisFiles): Promise<void> {
  const pid = Number.parseInt(await readFile(files.pid, 'utf8').catch(() => ''), 10);
  if (Number.isNaN(pid)) return;
  const command = await commandLine(pid);
  if (command?.includes(`-server ${files.configuration} --port `)) await stopProcess(pid, stopSteps);
  await rm(files.pid, { force: true });
}

/** A server that accepts the password is ours. Another process may have taken the port. */
async function answers(port: number, password: string): Promise<boolean> {
  const request = Buffer.from(`AUTH ${password}\r\nPING\r\n`);
  const twoReplies = (bytes: Buffer) => bytes.toString().split('\r\n').length > 2;
  const reply = await tcpExchange(port, request, twoReplies);
  return reply?.toString() === '+OK\r\n+PONG\r\n';
}
