import { type ServiceName, serviceNames, serviceTable, variablePrefix } from '@valuecanvas/contracts-core';
import type { Variable } from '@valuecanvas/environment';

/** Variables that a deployment leaves to the image, each with the reason. */
const ownedByImage: Readonly<Record<string, string>> = {
  HOST: 'the image listens on all addresses',
  PORT: 'the ports of a container are those of the table of services',
  INTERNAL_PORT: 'the ports of a container are those of the table of services',
  SERVICE_VERSION: 'set when the image is built',
  PAGES_DIR: 'the image of the gateway contains the page',
  DEMO_ACCOUNTS: 'only a local platform has accounts with public passwords',
  OTEL_SERVICE_NAME: 'a service sends its own name',
};

/** The variables that a deployment gives to a service. */
export function deployedVariables(variables: readonly Variable[]): readonly Variable[] {
  return variables.filter(({ name }) => !(name in ownedByImage));
}

/** Seconds that a container gets beyond SHUTDOWN_DRAIN_MS and SHUTDOWN_GRACE_MS, for the last steps of a stop. */
const lastStepsSeconds = 10;

/** Seconds after which a container that was told to stop is killed. */
export function stopSeconds(times: { readonly drainMs: number; readonly graceMs: number }): number {
  return Math.ceil((times.drainMs + times.graceMs) / 1_000) + lastStepsSeconds;
}

const addresses = new Map<string, string>(
  serviceNames.flatMap((service: ServiceName) => {
    const { port, internalPort } = serviceTable[service];
    return [
      [`${variablePrefix(service)}_URL`, `http://${service}:${port}`],
      [`${variablePrefix(service)}_INTERNAL_URL`, `http://${service}:${internalPort}`],
    ];
  }),
);

/** The origin that `<SERVICE>_URL` or `<SERVICE>_INTERNAL_URL` has where services reach each other by name. */
export function addressIn(variable: string): string | undefined {
  return addresses.get(variable);
}
