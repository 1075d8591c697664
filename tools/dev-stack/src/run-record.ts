import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { identify, type ProcessIdentity } from './process-identity.ts';

export interface RunContents {
  readonly starter: ProcessIdentity;
  /** By name. */
  readonly processes: Readonly<Record<string, ProcessIdentity>>;
}

/** What a run has started, on disk, so that the next one can clean up after a starter that was killed. */
export interface RunRecord {
  /** Notes a process of that name in place of the one before. On disk when it returns. */
  add(name: string, pid: number): void;
  remove(): void;
}

/** Begins the record of this process. Synchronous throughout: a kill must find no process that is not noted. */
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

/** The record of an earlier run; undefined where there is none, or none that can be read. */
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
