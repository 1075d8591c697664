import { once } from 'node:events';
import type { Child, Program } from '../platform/child.ts';
import { ownScript } from '../platform/own-script.ts';
import type { CallOrder, Results, StreamOrder } from './orders.ts';

/** Starts the load generator as a separate process that executes one order at a time. */
export interface LoadProcess {
  readonly pid: number;
  calls(order: Omit<CallOrder, 'kind'>): Promise<Results['calls']>;
  streams(order: Omit<StreamOrder, 'kind'>): Promise<Results['streams']>;
}

export async function startLoadProcess(start: (program: Program) => Promise<Child>): Promise<LoadProcess> {
  const child = await start({ name: 'load', args: ownScript('load') });
  const gone = new AbortController();
  child.process.once('exit', () => gone.abort(new Error('The load generator has exited.')));
  const send = async (order: CallOrder | StreamOrder): Promise<unknown> => {
    child.process.send(order);
    const [result] = await once(child.process, 'message', { signal: gone.signal });
    return result;
  };
  return {
    pid: child.pid,
    calls: (order) => send({ kind: 'calls', ...order }) as Promise<Results['calls']>,
    streams: (order) => send({ kind: 'streams', ...order }) as Promise<Results['streams']>,
  };
}
