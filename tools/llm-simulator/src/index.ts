export type { CallRecord, Sums, Totals } from './admin/call-record.ts';
export type { Behaviour } from './faults/behaviour.ts';
export type { Effect } from './faults/effect.ts';
export type { Fault } from './faults/fault-names.ts';
export type { Rule } from './faults/rule.ts';
export { type Simulator, type SimulatorOptions, startSimulator } from './simulator.ts';
