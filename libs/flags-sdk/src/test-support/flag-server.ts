import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FlagRule } from '@valuecanvas/contracts-feature-flags';

/** Server that responds as the flag service does, with the flags of a test. */
export interface FlagServer {
  readonly url: string;
  /** Statuses of all responses so far. */
  readonly statuses: readonly number[];
  /** Sets the flags, or makes every request fail. */
  serve(version: string, flags: readonly FlagRule[]): void;
  fail(): void;
  stop(): Promise<void>;
}

export async function startFlagServer(): Promise<FlagServer> {
  const statuses: number[] = [];
  let snapshot: { version: string; flags: readonly FlagRule[] } | undefined;
  const server = createServer((request, response) => {
    const isKnown = snapshot && request.headers['if-none-match'] === `"${snapshot.version}"`;
    const status = snapshot ? (isKnown ? 304 : 200) : 503;
    statuses.push(status);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(status === 200 ? JSON.stringify(snapshot) : undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    statuses,
    serve(version, flags) {
      snapshot = { version, flags };
    },
    fail() {
      snapshot = undefined;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
