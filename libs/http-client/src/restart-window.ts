import { type ConnectionFault, connectionFaultOf } from './connection-fault.ts';

/** A service that refuses connections for longer is down rather than restarting: its calls then fail at once. */
const longestRestartMs = 10_000;

/** After so long without calls, earlier refusals say nothing about the present state of a service. */
const longestSilenceMs = 60_000;

/** Delays between attempts at a service that refuses connections. Together they are longer than the longest restart. */
export const restartDelaysMs: readonly number[] = [25, 50, 100, 200, 400, ...Array<number>(20).fill(500)];

/** Number of retries of a read whose connections break, which may be the read's fault. */
export const maxBrokenReads = 5;

/** Tracks how long a service has refused connections. Shared by all calls of that service. */
export interface RestartWindow {
  /** Records the failure of an attempt. Returns its fault. */
  failed(error: unknown): ConnectionFault | undefined;
  /** Records that the service has responded. */
  responded(): void;
  /** True while the service refuses connections, and not for longer than a restart takes. */
  isOpen(): boolean;
}

export function createRestartWindow(): RestartWindow {
  let refusals: { readonly since: number; readonly latest: number } | undefined;
  return {
    failed(error) {
      const fault = connectionFaultOf(error);
      if (fault !== 'never_received') {
        refusals = undefined;
        return fault;
      }
      const latest = performance.now();
      const isContinued = refusals !== undefined && latest - refusals.latest <= longestSilenceMs;
      refusals = { since: isContinued && refusals ? refusals.since : latest, latest };
      return fault;
    },
    responded() {
      refusals = undefined;
    },
    isOpen: () => refusals !== undefined && performance.now() - refusals.since <= longestRestartMs,
  };
}
