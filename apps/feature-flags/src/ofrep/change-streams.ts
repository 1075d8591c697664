import { AppError } from '@valuecanvas/contracts-core';
import type { FlagSnapshot, OfrepChange } from '@valuecanvas/contracts-feature-flags';
import type { SnapshotSource } from '@valuecanvas/live-snapshot';
import { type StreamBody, type StreamSink, stream } from '@valuecanvas/service-kit';
import type { CurrentFlags } from '../evaluation/compose-evaluation.ts';

/** Bounds the memory that open streams occupy. */
const maxStreams = 5_000;

interface StreamCall {
  readonly lastEventId: string | undefined;
  readonly signal: AbortSignal;
  readonly draining: AbortSignal;
}

/** Streams that tell clients when to evaluate again. They carry no values. */
export interface ChangeStreams {
  /** Opens a stream. Throws OVERLOADED if this replica has too many, and DEPENDENCY_UNAVAILABLE before any flags are loaded. */
  open(call: StreamCall): Promise<StreamBody>;
}

export function createChangeStreams(
  snapshots: Pick<SnapshotSource<FlagSnapshot>, 'onChange'>,
  current: CurrentFlags,
): ChangeStreams {
  const sinks = new Set<StreamSink>();
  snapshots.onChange(({ version }) => {
    // One text for all streams. A client that reads too slowly gets later changes only: each of them says the same.
    for (const sink of sinks) void sink.write(changeTo(version));
  });
  return {
    async open({ lastEventId, signal, draining }) {
      if (sinks.size >= maxStreams) throw new AppError('OVERLOADED', { retryAfterSeconds: 5 });
      const { version } = await current();
      return stream({}, async (sink) => {
        sinks.add(sink);
        if (lastEventId !== version) void sink.write(changeTo(version));
        await anyAbort(signal, draining);
        sinks.delete(sink);
      });
    },
  };
}

function changeTo(version: string): string {
  const change: OfrepChange = { type: 'refetchEvaluation', etag: version };
  return `event: message\nid: ${version}\ndata: ${JSON.stringify(change)}\n\n`;
}

/** Resolves when a signal aborts. */
function anyAbort(...signals: readonly AbortSignal[]): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const signal of signals) {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  }
  return promise;
}
