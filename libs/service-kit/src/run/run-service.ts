import { ConfigError } from '../config/parse-config.ts';
import type { KitConfig, ServiceDefinition } from './service-definition.ts';
import { type RunningService, startService } from './start-service.ts';

/** Runs a service as a process. Only this module uses `process`. Exits with 0 after an ordered stop, otherwise with 1. */
export async function runService<C extends KitConfig>(definition: ServiceDefinition<C>): Promise<void> {
  const service = await startService(definition, process.env).catch(exitWithFault);
  stopOnRequest(service);
  process.on('uncaughtException', (err) => crash(service, err, 'uncaught exception'));
  process.on('unhandledRejection', (err) => crash(service, err, 'unhandled rejection'));
}

function exitWithFault(error: unknown): never {
  const text =
    error instanceof ConfigError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

/** Calls back on SIGTERM, SIGINT, or the end of a parent process that has an IPC channel to this one. */
function stopOnRequest(service: RunningService): void {
  let asked = false;
  const stop = (): void => {
    if (asked) process.exit(1);
    asked = true;
    service.log.info('stopping');
    service.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  if (process.connected) process.once('disconnect', stop);
}

/** Finishes running work and exits, because the state after an unexpected error is unknown. The supervisor restarts it. */
function crash(service: RunningService, err: unknown, what: string): void {
  service.log.fatal({ err }, what);
  service.reportError(err);
  void service.stop().finally(() => process.exit(1));
}
