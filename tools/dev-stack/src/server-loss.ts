import type { RunningPostgres } from '@valuecanvas/local-servers';

/** A server of this run with the name for messages. */
export interface NamedServer extends Readonly<Pick<RunningPostgres, 'ended' | 'logFile' | 'stop'>> {
  readonly name: string;
}

/** Receives a server that ended unexpectedly, with its exit code or signal as text. */
export type OnLoss = (server: NamedServer, how: string) => void;

/** Stops a server with `cleanup`. If the server ends earlier, calls `lost`. */
export function stopWith(cleanup: AsyncDisposableStack, server: NamedServer, lost: OnLoss): void {
  let wanted = false;
  void server.ended.then((how) => wanted || lost(server, how));
  cleanup.defer(() => {
    wanted = true;
    return server.stop();
  });
}
