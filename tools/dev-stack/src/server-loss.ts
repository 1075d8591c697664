import type { RunningPostgres } from '@valuecanvas/local-servers';

/** A server of this run, by the name that a person knows it by. */
export interface NamedServer extends Readonly<Pick<RunningPostgres, 'ended' | 'logFile' | 'stop'>> {
  readonly name: string;
}

/** Told of a server that ended though nobody had stopped it, and in words how. */
export type OnLoss = (server: NamedServer, how: string) => void;

/** Stops a server with `cleanup`; if it ends before that, it is lost. */
export function stopWith(cleanup: AsyncDisposableStack, server: NamedServer, lost: OnLoss): void {
  let wanted = false;
  void server.ended.then((how) => wanted || lost(server, how));
  cleanup.defer(() => {
    wanted = true;
    return server.stop();
  });
}
