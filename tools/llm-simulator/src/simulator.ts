import type { AddressInfo } from 'node:net';
import { ADMIN_PATH } from './admin/admin-route.ts';
import { createCallLog } from './admin/call-log.ts';
import type { Totals } from './admin/call-record.ts';
import { type Behaviour, createBehaviour } from './faults/behaviour.ts';
import { createKeyRing } from './http/api-keys.ts';
import { close, listen } from './http/listening.ts';
import { createModelList } from './models/models.ts';
import { createSimulatorServer } from './server.ts';

/** Options of a simulator. Defaults: a free port on 127.0.0.1, seed 1, no keys required, any model, no faults. */
export interface SimulatorOptions {
  readonly port?: number;
  readonly host?: string;
  readonly seed?: number;
  /** Accepted API keys. Without keys, the simulator accepts every request. */
  readonly keys?: readonly string[];
  /** Models that exist. Without this option, the default models are listed and any model may be called. */
  readonly models?: readonly string[];
  readonly behaviour?: Partial<Behaviour>;
}

/** A running simulator. */
export interface Simulator {
  /** The base URL for OpenAI-compatible clients, ending in /v1. */
  readonly url: string;
  /** The base of the admin paths: `/calls` and `/behaviour` below it. */
  readonly adminUrl: string;
  readonly port: number;
  /** Closes the port and every connection, answered or not. */
  stop(): Promise<void>;
  /** The counters since the start or the last reset. */
  calls(): Totals;
  /** Changes the named fields of the behaviour. Throws an ApiError and changes no field if one is invalid. */
  behave(patch: Partial<Behaviour>): Behaviour;
  /** Sets the counters to zero and restores the initial behaviour and random decisions. */
  reset(): void;
}

/** Starts a simulator. Rejects with one sentence if the port is taken or an option is invalid. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { port = 0, host = '127.0.0.1', seed = 1 } = options;
  const log = createCallLog();
  const behaviour = createBehaviour(seed, options.behaviour);
  const keys = createKeyRing(options.keys ?? []);
  const server = createSimulatorServer({
    seed,
    keys,
    models: createModelList(options.models),
    behaviour,
    log,
  });
  const address = await listen(server, port, host);
  const origin = originOf(address);
  return {
    url: `${origin}/v1`,
    adminUrl: `${origin}${ADMIN_PATH}`,
    port: address.port,
    stop: () => close(server),
    calls: () => log.totals(),
    behave: (patch) => behaviour.patch(patch),
    reset() {
      log.reset();
      behaviour.reset();
    },
  };
}

function originOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
