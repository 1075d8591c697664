import { freePort } from '@valuecanvas/local-servers';
import type { Image } from './assemble-image.ts';
import { startImage } from './running-image.ts';
import type { Surroundings } from './surroundings.ts';

/** Runs an image as it is deployed; rejects with the reason where it does not do its work. */
export type Trial = (image: Image, surroundings: Surroundings, path: string) => Promise<void>;

/**
 * A service starts, is alive, reaches its database and Redis with what it was given, is found healthy by its own check,
 * and ends well on SIGTERM. Traces and error reports are on, so that what only they load is missed if it is not there.
 */
export const tryService =
  (service: string): Trial =>
  async (image, surroundings, path) => {
    const [port, internalPort] = [await freePort(), await freePort()];
    const { collectorUrl } = surroundings;
    using running = startImage(image, {
      path,
      variables: {
        ...surroundings.variablesOf(service),
        HOST: '127.0.0.1',
        PORT: String(port),
        INTERNAL_PORT: String(internalPort),
        OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl,
        SENTRY_DSN: collectorUrl.replace('://', '://key@').concat('/1'),
      },
    });
    await running.answers(`http://127.0.0.1:${internalPort}/health/live`);
    await running.answers(`http://127.0.0.1:${internalPort}/health/ready`, reachesItsServers);
    await running.checkHealth();
    await running.stop();
  };

/** Whether it is ready as a whole depends on other services, which are not there. */
async function reachesItsServers(response: Response): Promise<boolean> {
  const { checks } = (await response.json()) as { checks: Record<string, string> };
  return checks.postgres !== 'down' && checks.redis !== 'down';
}

/** The migrations reach an empty database, and find nothing to do there a second time. */
export const tryMigration: Trial = async (image, surroundings, path) => {
  const variables = {
    ...surroundings.variablesOf('migrate'),
    MIGRATION_DATABASE_URL: surroundings.emptyDatabaseUrl,
  };
  using first = startImage(image, { variables, path });
  const firstWords = await first.ended();
  using second = startImage(image, { variables, path });
  const secondWords = await second.ended();
  if (/^[1-9]\d* applied, 0 had/m.test(firstWords) && /^0 applied, [1-9]/m.test(secondWords)) return;
  throw new Error(`It did not apply each migration once:\n${firstWords}\n${secondWords}`);
};

/** The simulator answers, is found healthy by its own check, and ends well on SIGTERM. */
export const trySimulator: Trial = async (image, _surroundings, path) => {
  const port = await freePort();
  const variables = { HOST: '127.0.0.1', PORT: String(port) };
  using running = startImage(image, { variables, path });
  await running.answers(`http://127.0.0.1:${port}/v1/models`);
  await running.checkHealth();
  await running.stop();
};
