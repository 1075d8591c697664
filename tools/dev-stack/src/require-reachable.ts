import { once } from 'node:events';
import { connect } from 'node:net';
import type { Environment } from './settings.ts';
import { StackError } from './stack-error.ts';

const timeoutMs = 30_000;

/** Throws StackError where a variable that is set is no URL, or nobody listens at its host and port. */
export async function requireReachable(
  variable: string,
  environment: Environment,
  usualPort: number,
): Promise<void> {
  const value = environment[variable];
  if (!value) return;
  const { host, port } = placeOf(variable, value, usualPort);
  // A socket of the file system.
  if (host === '') return;
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(timeoutMs) });
  } catch (cause) {
    throw new StackError(
      `Nothing answers at ${host}:${port}, where ${variable} points: start that server, or unset the variable to get one of your own.`,
      { cause },
    );
  } finally {
    socket.destroy();
  }
}

function placeOf(variable: string, value: string, usualPort: number): { host: string; port: number } {
  const url = URL.parse(value);
  if (!url)
    throw new StackError(`${variable} is no URL: correct it, or unset it to get a server of your own.`);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return { host, port: Number(url.port) || usualPort };
}
