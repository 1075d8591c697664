/** The used parts of a profile as V8 writes it. */
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

/** Self time of a function in microseconds. */
export interface SelfTime {
  readonly frame: CallFrame;
  readonly micros: number;
}

/** Computes self time by function between two times of the profile's clock, without idle time. */
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
    // A sample represents the time until the next one.
    entry.micros += profile.timeDeltas[index + 1] ?? 0;
    found.set(key, entry);
  }
  return [...found.values()].toSorted((a, b) => b.micros - a.micros);
}
