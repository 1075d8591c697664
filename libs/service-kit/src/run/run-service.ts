import { ConfigError, type Environment } from '../config/parse-config.ts';
import type { KitConfig, ServiceDefinition } from './service-definition.ts';
import { type RunningService, startService } from './start-service.ts';

/** Runs a service as a process. Only this module uses `process`. Exits with 0 after an ordered stop, otherwise with 1. */
export async function runService<C extends KitConfig>(definition: ServiceDefinition<C>): Promise<void> {
  await runServices([[{ definition, environment: process.env }]]);
}

/** A service among others in one process, with its own environment. */
export interface ServiceInProcess {
  readonly definition: ServiceDefinition;
  readonly environment: Environment;
}

/**
 * Runs several services in one process, as `runService` runs one. The services of all groups start together, and the
 * groups stop one after the other. If one service crashes, all stop.
 */
export async function runServices(groups: readonly (readonly ServiceInProcess[])[]): Promise<void> {
  const running: RunningService[][] = groups.map(() => []);
  const stop = async (): Promise<void> => {
    for (const group of running) await Promise.all(group.map((service) => service.stop()));
  };
  const starts = groups.flatMap((group, index) =>
    group.map(async ({ definition, environment }) => {
      running[index]?.push(await startService(definition, environment));
    }),
  );
  // Waits for all, so that a failed start stops the services that started later as well.
  const failed = (await Promise.allSettled(starts)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') {
    await stop();
    exitWithFault(failed.reason);
  }
  const services = running.flat();
  stopOnRequest(services, stop);
  process.on('uncaughtException', (err) => crash(services, stop, err, 'uncaught exception'));
  process.on('unhandledRejection', (err) => crash(services, stop, err, 'unhandled rejection'));
}

function exitWithFault(error: unknown): never {
  const text =
    error instanceof ConfigError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

/** Calls back on SIGTERM, SIGINT, or the end of a parent process that has an IPC channel to this one. */
function stopOnRequest(services: readonly RunningService[], stop: () => Promise<void>): void {
  let asked = false;
  const begin = (): void => {
    if (asked) process.exit(1);
    asked = true;
    for (const { log } of services) log.info('stopping');
    stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', begin);
  process.on('SIGINT', begin);
  if (process.connected) process.once('disconnect', begin);
}

/** Finishes running work and exits, because the state after an unexpected error is unknown. The supervisor restarts it. */
function crash(
  services: readonly RunningService[],
  stop: () => Promise<void>,
  err: unknown,
  what: string,
): void {
  // The error does not tell which service it came from.
  const [first] = services;
  first?.log.fatal({ err }, what);
  first?.reportError(err);
  void stop().finally(() => process.exit(1));
}
