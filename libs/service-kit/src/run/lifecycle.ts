import type { Logger } from 'pino';

/** In which order things stop: first what takes in work, then what finishes it, what reports it, what it needs. */
const phases = ['intake', 'drain', 'flush', 'close'] as const;
export type StopPhase = (typeof phases)[number];

type Stop = () => unknown | Promise<unknown>;

/** Collects what must be stopped, by phase. */
export interface Lifecycle {
  onStop(phase: StopPhase, name: string, stop: Stop): void;
}

/** Runs the phases in order; within one, all at once. A step that fails or takes too long does not hold up the rest. */
export function createLifecycle(log: Logger, graceMs: number): Lifecycle & { stop(): Promise<void> } {
  const steps: { phase: StopPhase; name: string; stop: Stop }[] = [];
  let stopping: Promise<void> | undefined;

  const run = async (): Promise<void> => {
    const endsAt = performance.now() + graceMs;
    for (const phase of phases) {
      const budgetMs = Math.max(1_000, endsAt - performance.now());
      const due = steps.filter((step) => step.phase === phase);
      await Promise.all(due.map(({ name, stop }) => bounded(stop, budgetMs).catch(report(phase, name))));
    }
  };
  const report = (phase: StopPhase, name: string) => (err: unknown) => {
    log.warn({ phase, step: name, err }, 'a step of the shutdown failed');
  };

  return {
    onStop(phase, name, stop) {
      steps.push({ phase, name, stop });
    },
    stop() {
      stopping ??= run();
      return stopping;
    },
  };
}

async function bounded(stop: Stop, budgetMs: number): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`not done after ${Math.round(budgetMs)} ms`)), budgetMs);
  try {
    await Promise.race([stop(), promise]);
  } finally {
    clearTimeout(timer);
  }
}
