import { type MachineTime, machineTime, usageOf } from '../platform/usage.ts';

export interface Process {
  readonly name: string;
  readonly pid: number;
}

/** The cost of a piece of work. */
export interface Costs {
  /** By process. */
  readonly cpuSeconds: Readonly<Record<string, number>>;
  /** Resident bytes at the end, by process. */
  readonly memory: Readonly<Record<string, number>>;
  /** Share of all cores taken by the host, and by processes outside the measurement. */
  readonly stolen: number;
  readonly others: number;
}

export async function accountFor<T>(
  processes: readonly Process[],
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly costs: Costs }> {
  const look = () => ({
    machine: machineTime(),
    usage: new Map(processes.map(({ name, pid }) => [name, usageOf(pid)])),
  });
  const before = look();
  const result = await work();
  const after = look();
  const cpuSeconds = mapValues(
    after.usage,
    (usage, name) => usage.cpuSeconds - (before.usage.get(name)?.cpuSeconds ?? 0),
  );
  const memory = mapValues(after.usage, ({ residentBytes }) => residentBytes);
  return { result, costs: { cpuSeconds, memory, ...sharesOf(before.machine, after.machine, cpuSeconds) } };
}

const mapValues = <In, Out>(map: ReadonlyMap<string, In>, change: (value: In, name: string) => Out) =>
  Object.fromEntries([...map].map(([name, value]) => [name, change(value, name)]));

function sharesOf(before: MachineTime, after: MachineTime, cpuSeconds: Costs['cpuSeconds']) {
  const passed = (key: keyof MachineTime) => after[key] - before[key];
  const total = passed('total') || 1;
  const ours = Object.values(cpuSeconds).reduce((sum, spent) => sum + spent, 0);
  const busy = total - passed('idle') - passed('stolen');
  return { stolen: passed('stolen') / total, others: Math.max(0, busy - ours) / total };
}

/** Converts CPU seconds and memory to metrics. `units` is the work in thousands of calls or chunks. */
export function metricsOf(costs: Costs, own: readonly Process[], units: number): Record<string, number> {
  const perUnit = (name: string) => (costs.cpuSeconds[name] ?? 0) / units;
  const ownCpu = own.reduce((sum, { name }) => sum + perUnit(name), 0);
  return {
    ...(own.length > 0 ? { cpu: ownCpu } : {}),
    ...Object.fromEntries(Object.keys(costs.cpuSeconds).map((name) => [`cpu:${name}`, perUnit(name)])),
    ...Object.fromEntries(own.map(({ name }) => [`memory:${name}`, costs.memory[name] ?? Number.NaN])),
    stolen: costs.stolen,
    others: costs.others,
  };
}
