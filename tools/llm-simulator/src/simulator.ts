import type { AddressInfo } from 'node:net';
import { ADMIN_PATH } from './admin/admin-route.ts';
import { createCallLog } from './admin/call-log.ts';
import type { Totals } from './admin/call-record.ts';
import { type Behaviour, createBehaviour } from './faults/behaviour.ts';
import { createKeyRing } from './http/api-keys.ts';
import { close, listen } from './http/listening.ts';
import { createModelList } from './models/models.ts';
import { createSimulatorServer } from './server.ts';

/** Everything has a default: a free port on 127.0.0.1, seed 1, no keys demanded, any model, no faults. */
export interface SimulatorOptions {
  readonly port?: number;
  readonly host?: string;
  readonly seed?: number;
  /** API keys that are accepted; with none, everybody may call. */
  readonly keys?: readonly string[];
  /** The models that exist; without, the default ones are listed and any may be called. */
  readonly models?: readonly string[];
  readonly behaviour?: Partial<Behaviour>;
}

/** A simulator that runs. */
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
  /** Changes the named fields of the behaviour; throws an ApiError and changes nothing if one is wrong. */
  behave(patch: Partial<Behaviour>): Behaviour;
  /** Counters to zero, and the behaviour and its random decisions as at the start. */
  reset(): void;
}

/** Starts a simulator. Rejects with one clear sentence where the port is taken or an option is wrong. */
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
