import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { identify, type ProcessIdentity } from './process-identity.ts';

export interface RunContents {
  readonly starter: ProcessIdentity;
  /** Identities of processes by name. */
  readonly processes: Readonly<Record<string, ProcessIdentity>>;
}

/** The processes of a run, on disk, so that the next run can clean up after a killed starter. */
export interface RunRecord {
  /** Records a process and replaces its predecessor of the same name. The record is on disk when this returns. */
  add(name: string, pid: number): void;
  remove(): void;
}

/** Starts the record of this run. Synchronous, so that a killed starter leaves no unrecorded process. */
export function beginRunRecord(file: string): RunRecord {
  const starter = identify(process.pid) ?? { pid: process.pid, startTime: '' };
  const processes: Record<string, ProcessIdentity> = {};
  const write = () => replace(file, { starter, processes });
  write();
  return {
    add(name, pid) {
      const identity = identify(pid);
      if (identity === undefined) return;
      processes[name] = identity;
      write();
    },
    remove: () => rmSync(file, { force: true }),
  };
}

/** Returns the record of an earlier run, or undefined if there is no readable one. */
export function readRunRecord(file: string): RunContents | undefined {
  try {
    const { starter, processes } = JSON.parse(readFileSync(file, 'utf8'));
    return starter && processes ? { starter, processes } : undefined;
  } catch {
    return undefined;
  }
}

function replace(file: string, contents: RunContents): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(contents, null, 2)}\n`);
  renameSync(draft, file);
}
