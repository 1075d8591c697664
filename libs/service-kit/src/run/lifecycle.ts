import { every, withTimeout } from '@valuecanvas/resilience';
import type { Logger } from 'pino';

/** Phases of the shutdown in order: intake of work, completion of work, telemetry, dependencies. */
const phases = ['intake', 'drain', 'flush', 'close'] as const;
export type StopPhase = (typeof phases)[number];

type Stop = () => unknown | Promise<unknown>;

/** Registers background loops and shutdown steps by phase. */
export interface Lifecycle {
  onStop(phase: StopPhase, name: string, stop: Stop): void;
  /**
   * Runs `work` now and then every `intervalMs`, without overlap, until the `phase` of the shutdown. That phase aborts
   * the signal of the running round and waits for it. `name` is the component and the work ("ledger: partition
   * maintenance"). A round that rejects is logged as `<name> failed`, and the loop continues.
   */
  every(
    name: string,
    intervalMs: number,
    work: (signal: AbortSignal) => unknown,
    options?: { readonly phase?: StopPhase },
  ): void;
}

/**
 * Runs the phases in order, and the steps of a phase concurrently. A step that fails or exceeds the rest of `graceMs`
 * is logged and does not delay the others.
 */
export function createLifecycle(log: Logger, graceMs: number): Lifecycle & { stop(): Promise<void> } {
  const steps: { phase: StopPhase; name: string; stop: Stop }[] = [];
  let stopping: Promise<void> | undefined;

  const run = async (): Promise<void> => {
    const endsAt = performance.now() + graceMs;
    for (const phase of phases) {
      const budgetMs = Math.max(1_000, endsAt - performance.now());
      const due = steps.filter((step) => step.phase === phase);
      await Promise.all(due.map(({ name, stop }) => withTimeout(stop, budgetMs).catch(report(phase, name))));
    }
  };
  const report = (phase: StopPhase, name: string) => (err: unknown) => {
    log.warn({ phase, step: name, err }, 'shutdown: step failed');
  };

  const lifecycle: Lifecycle = {
    onStop(phase, name, stop) {
      steps.push({ phase, name, stop });
    },
    every(name, intervalMs, work, { phase = 'intake' } = {}) {
      const loop = every(intervalMs, work, (err) => log.warn({ err }, `${name} failed`));
      lifecycle.onStop(phase, name, loop.stop);
    },
  };
  return {
    ...lifecycle,
    stop() {
      stopping ??= run();
      return stopping;
    },
  };
}
