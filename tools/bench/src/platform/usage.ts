import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks per second in /proc, the same on every Linux (USER_HZ). */
const ticksPerSecond = 100;

/** Resources that a process has used. */
export interface Usage {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
}

const nothing: Usage = { cpuSeconds: 0, residentBytes: 0 };

/** Measures a process with its children, exited ones included; zeros if it has exited. Requires /proc. */
export function usageOf(pid: number): Usage {
  const all = statsOfAll();
  const own = all.get(pid);
  return own ? addUp(pid, own, all) : nothing;
}

interface Stat {
  readonly parent: number;
  readonly cpuSeconds: number;
  readonly endedChildrenSeconds: number;
}

function addUp(pid: number, stat: Stat, all: ReadonlyMap<number, Stat>): Usage {
  const children = [...all].filter(([, { parent }]) => parent === pid);
  return children
    .map(([child, its]) => addUp(child, its, all))
    .reduce(add, {
      cpuSeconds: stat.cpuSeconds + stat.endedChildrenSeconds,
      residentBytes: residentBytes(pid),
    });
}

const add = (a: Usage, b: Usage): Usage => ({
  cpuSeconds: a.cpuSeconds + b.cpuSeconds,
  residentBytes: a.residentBytes + b.residentBytes,
});

function statsOfAll(): Map<number, Stat> {
  const pids = (attempt(() => readdirSync('/proc')) ?? []).filter((name) => /^\d+$/.test(name)).map(Number);
  return new Map(
    pids.flatMap((pid) => {
      const stat = statOf(pid);
      return stat ? [[pid, stat] as const] : [];
    }),
  );
}

/** Fields of proc(5): 4 is the parent, 14 to 17 are times; 2 is a name in parentheses that may contain anything. */
function statOf(pid: number): Stat | undefined {
  const text = read(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const ticks = (from: number) => ((fields[from] ?? 0) + (fields[from + 1] ?? 0)) / ticksPerSecond;
  return { parent: fields[1] ?? 0, cpuSeconds: ticks(11), endedChildrenSeconds: ticks(13) };
}

function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`) ?? '')?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

/** CPU seconds of all cores since boot. */
export interface MachineTime {
  readonly total: number;
  readonly idle: number;
  /** Stolen by the host. */
  readonly stolen: number;
}

/** Fields of proc(5): user, nice, system, idle, iowait, irq, softirq, steal. */
export function machineTime(): MachineTime {
  const [line = ''] = (read('/proc/stat') ?? '').split('\n', 1);
  const fields = line.trim().split(/\s+/).slice(1, 9);
  const times = fields.map((field) => Number(field) / ticksPerSecond);
  const [idle = 0, waiting = 0, stolen = 0] = [times[3], times[4], times[7]];
  return { total: times.reduce((sum, time) => sum + time, 0), idle: idle + waiting, stolen };
}

const read = (path: string) => attempt(() => readFileSync(path, 'latin1'));

/** Tolerates a process that exits between two reads. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
