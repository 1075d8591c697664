/** A profile as V8 writes it (the parts that are read here). */
export interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame }[];
  /** Microseconds of the machine's monotonic clock. */
  readonly startTime: number;
  readonly samples: readonly number[];
  /** Microseconds from the sample before. */
  readonly timeDeltas: readonly number[];
}

export interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  /** From 0. */
  readonly lineNumber: number;
  readonly columnNumber: number;
}

/** Time that was spent in a function itself, in microseconds. */
export interface SelfTime {
  readonly frame: CallFrame;
  readonly micros: number;
}

/** Self time by function between two times of the profile's clock; waiting for work is none. */
export function selfTimes(profile: CpuProfile, window: { from: number; to: number }): SelfTime[] {
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const found = new Map<string, { frame: CallFrame; micros: number }>();
  let at = profile.startTime;
  for (const [index, id] of profile.samples.entries()) {
    const frame = frames.get(id);
    at += profile.timeDeltas[index] ?? 0;
    if (!frame || frame.functionName === '(idle)' || at < window.from || at > window.to) continue;
    const key = `${frame.functionName} ${frame.url}:${frame.lineNumber}:${frame.columnNumber}`;
    const entry = found.get(key) ?? { frame, micros: 0 };
    // A sample stands for the time until the next one.
    entry.micros += profile.timeDeltas[index + 1] ?? 0;
    found.set(key, entry);
  }
  return [...found.values()].toSorted((a, b) => b.micros - a.micros);
}
