import { type ChildRun, type Program, startChild } from './child-run.ts';
import { logTail } from './log-tail.ts';
import type { RunRecord } from './run-record.ts';
import { stopChild } from './stop-child.ts';
import { type CrashReport, type Supervised, supervise } from './supervise.ts';
import { untilReady } from './until-ready.ts';

/** Time for a restarting service to finish its requests before the new process can listen. */
const restartDrainMs = 500;

/** The processes of one run, by name. */
export interface ProcessTable {
  /** Starts a program and waits until it is ready. Restarts it whenever it ends later. Throws StackError. */
  start(program: Program): Promise<void>;
  /**
   * Restarts a program with its current sources. If it overlaps, the old process serves until the new one is ready, and
   * then finishes its requests. Throws StackError if the new process does not become ready.
   */
  restart(program: Program): Promise<void>;
  /** Stops the named programs concurrently. `force` ends the wait. */
  stop(names: readonly string[], force: AbortSignal): Promise<void>;
}

export function createProcessTable(options: {
  readonly record: RunRecord;
  readonly say: (line: string) => void;
  /** Stops waiting for programs that are being started. */
  readonly stop: AbortSignal;
}): ProcessTable {
  const { record, say } = options;
  const running = new Map<string, Supervised>();
  const released = new Set<string>();
  /** Ends of replaced processes that still finish their requests. */
  const retiring = new Set<Promise<void>>();

  const launch = (program: Program): ChildRun => {
    const child = startChild(program);
    if (child.pid !== undefined) record.add(program.name, child.pid);
    return child;
  };

  const superviseChild = (program: Program, child: ChildRun): void => {
    const report = (crash: CrashReport) => void describeCrash(program, crash).then(say);
    running.set(program.name, supervise(child, { again: () => launch(program), report }));
  };

  const replace = async (program: Program, old: Supervised): Promise<void> => {
    const child = startChild(program);
    try {
      await untilReady(program, child, options.stop);
    } catch (error) {
      await stopChild(child, options.stop, restartDrainMs);
      throw error;
    }
    program.takeOver?.();
    old.release();
    if (child.pid !== undefined) record.add(program.name, child.pid);
    superviseChild(program, child);
    const retired = stopChild(old.current(), options.stop).then(() => void retiring.delete(retired));
    retiring.add(retired);
  };

  return {
    async start(program) {
      const child = launch(program);
      program.takeOver?.();
      const unwatched = { current: () => child, release: () => undefined };
      running.set(program.name, unwatched);
      await untilReady(program, child, options.stop);
      // If another program failed, this one may have been told to stop just as it became ready.
      if (released.has(program.name)) return;
      superviseChild(program, child);
    },
    async restart(program) {
      const supervised = running.get(program.name);
      if (supervised === undefined || released.has(program.name)) return;
      if (program.overlaps) return replace(program, supervised);
      supervised.release();
      await stopChild(supervised.current(), options.stop, restartDrainMs);
      if (!released.has(program.name)) await this.start(program);
    },
    async stop(names, force) {
      const stopped = names.map(async (name) => {
        released.add(name);
        const supervised = running.get(name);
        if (supervised === undefined) return;
        supervised.release();
        await stopChild(supervised.current(), force);
      });
      await Promise.all([...stopped, ...retiring]);
    },
  };
}

async function describeCrash({ name, logFile }: Program, { how, givenUp }: CrashReport): Promise<string> {
  if (!givenUp) return `${name} ended unexpectedly (${how}) and is restarted. Its log: ${logFile}`;
  const tail = await logTail(logFile);
  return `${name} ended too often (${how}) and stays stopped until the next \`npm start\`. The end of its log:\n\n${tail}\n\nThe whole log: ${logFile}`;
}
