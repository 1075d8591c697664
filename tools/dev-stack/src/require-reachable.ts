import { once } from 'node:events';
import { connect } from 'node:net';
import type { Environment } from './settings.ts';
import { StackError } from './stack-error.ts';

const timeoutMs = 30_000;

/** Throws StackError if a set variable is not a URL, or if no server listens at its host and port. */
export async function requireReachable(
  variable: string,
  environment: Environment,
  usualPort: number,
): Promise<void> {
  const value = environment[variable];
  if (!value) return;
  const { host, port } = placeOf(variable, value, usualPort);
  // A Unix socket.
  if (host === '') return;
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(timeoutMs) });
  } catch (cause) {
    throw new StackError(
      `No server answers at ${host}:${port}, which ${variable} names. Start that server, or unset the variable to use a local one.`,
      { cause },
    );
  } finally {
    socket.destroy();
  }
}

function placeOf(variable: string, value: string, usualPort: number): { host: string; port: number } {
  const url = URL.parse(value);
  if (!url) throw new StackError(`${variable} is not a URL. Correct it, or unset it to use a local server.`);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return { host, port: Number(url.port) || usualPort };
}
