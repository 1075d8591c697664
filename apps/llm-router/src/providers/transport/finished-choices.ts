import type { ChunkData } from '../stream-event.ts';

/** Tracks whether a streamed answer is complete. */
export interface FinishedChoices {
  see(data: ChunkData): void;
  haveBegun(): boolean;
  /** True if every started choice has finished. */
  areAllFinished(): boolean;
}

export function createFinishedChoices(): FinishedChoices {
  const begun = new Set<number>();
  const finished = new Set<number>();
  return {
    see({ choices }) {
      for (const { index = 0, finish_reason: reason } of choices ?? []) {
        begun.add(index);
        if (reason) finished.add(index);
      }
    },
    haveBegun: () => begun.size > 0,
    areAllFinished: () => begun.size > 0 && finished.size === begun.size,
  };
}
