import { join } from 'node:path';
import { runServices, type ServiceDefinition } from '@valuecanvas/service-kit';
import { environmentsVariable, serviceStopOrder } from './programs.ts';
import { projectRoot } from './settings.ts';

// npm start -- --single: all services in one process, each with its own environment.
const environments = JSON.parse(process.env[environmentsVariable] ?? '{}');

await runServices(
  await Promise.all(
    serviceStopOrder.map((group) =>
      Promise.all(
        group.map(async (service) => ({
          definition: await definitionOf(service),
          environment: environments[service],
        })),
      ),
    ),
  ),
);

/** Finds the service that the `app.ts` of a folder exports. */
async function definitionOf(service: string): Promise<ServiceDefinition> {
  const exported: object = await import(join(projectRoot, 'apps', service, 'src/app.ts'));
  const definition = Object.values(exported).find((value) => value?.contract?.service === service);
  if (definition === undefined) throw new Error(`apps/${service}/src/app.ts exports no service.`);
  return definition;
}
