import { join } from 'node:path';
import { type Service, services } from '@valuecanvas/database';
import type { Program } from './child-run.ts';
import { inherited, type Platform, serviceEnvironment } from './environment.ts';
import type { ServiceRelay } from './port-relay.ts';
import { type Environment, projectRoot, type Settings } from './settings.ts';

/** The default port of debuggers. */
const firstInspectorPort = 9229;

/** Name of the process that runs all services. */
const singleName = 'services';

/** Node's compiled forms of the sources. They save about a third of the CPU time of a start. */
const compileCache = join(projectRoot, '.cache', 'compiled');

/** Inspector address of a service named with `--inspect`, or undefined. */
export function inspectorOf(service: Service, { inspect }: Pick<Settings, 'inspect'>): string | undefined {
  const index = inspect.indexOf(service);
  return index < 0 ? undefined : `127.0.0.1:${firstInspectorPort + index}`;
}

/** The log of a service, or of the one process that runs all. */
export function logFileOf(
  service: Service,
  { logs, single = false }: { logs: string; single?: boolean },
): string {
  return join(logs, `${single ? singleName : service}.log`);
}

/** Returns the program of a service, which runs from its sources. Behind a relay, each has ports of its own. */
export async function serviceProgram(
  service: Service,
  options: {
    readonly platform: Platform;
    readonly caller: Environment;
    readonly logs: string;
    readonly settings: Pick<Settings, 'inspect'>;
    readonly relay: ServiceRelay | undefined;
  },
): Promise<Program> {
  const { relay } = options;
  const inspector = inspectorOf(service, options.settings);
  const ports = relay ? await relay.freshPorts() : options.platform.ports[service];
  return {
    name: service,
    folder: join(projectRoot, 'apps', service),
    args: [
      ...(inspector ? [`--inspect=${inspector}`] : []),
      '--import',
      '@valuecanvas/service-kit/register',
      'src/main.ts',
    ],
    environment: {
      NODE_COMPILE_CACHE: compileCache,
      ...serviceEnvironment(service, options.platform, options.caller),
      PORT: String(ports.port),
      INTERNAL_PORT: String(ports.internalPort),
      // A replaced process gets no new connections.
      ...(relay ? { SHUTDOWN_DRAIN_MS: '0' } : {}),
    },
    // A debugger's port cannot be shared.
    overlaps: relay !== undefined && inspector === undefined,
    ...(relay ? { takeOver: () => relay.forwardTo(ports) } : {}),
    readyUrl: `http://127.0.0.1:${ports.internalPort}/health/ready`,
    logFile: logFileOf(service, options),
  };
}

/** Variable with the environments of all services, by name, for a process that runs them all. */
export const environmentsVariable = 'SERVICE_ENVIRONMENTS';

/** Returns the program that runs all services in one process. */
export function singleProgram(platform: Platform, caller: Environment, logs: string): Program {
  const environments = Object.fromEntries(
    services.map((service) => [service, serviceEnvironment(service, platform, caller)]),
  );
  return {
    name: singleName,
    folder: projectRoot,
    args: ['--import', '@valuecanvas/service-kit/register', join(import.meta.dirname, 'single-process.ts')],
    environment: {
      ...inherited(caller),
      NODE_COMPILE_CACHE: compileCache,
      OTEL_SERVICE_NAME: caller.OTEL_SERVICE_NAME || 'valuecanvas',
      [environmentsVariable]: JSON.stringify(environments),
    },
    overlaps: false,
    readyUrl: `http://127.0.0.1:${platform.ports.gateway.port}/health/ready`,
    logFile: join(logs, `${singleName}.log`),
  };
}

/** Returns the program of the simulator, which replaces language models. */
export function simulatorProgram(port: number, caller: Environment, logs: string): Program {
  return {
    name: 'llm-simulator',
    folder: join(projectRoot, 'tools', 'llm-simulator'),
    args: ['src/main.ts'],
    environment: { PATH: caller.PATH, HOST: '127.0.0.1', PORT: String(port) },
    readyUrl: `${simulatorUrl(port)}/models`,
    overlaps: false,
    logFile: join(logs, 'llm-simulator.log'),
  };
}

export function simulatorUrl(port: number): string {
  return `http://127.0.0.1:${port}/v1`;
}

/** Services that accept work stop first, services that others call stop last, all others in between. */
const intake: readonly Service[] = ['gateway', 'job-worker'];
const foundation: readonly Service[] = ['llm-router', 'prompt-registry', 'feature-flags'];

/**
 * Order in which services stop: services that accept work first, services that requests and jobs in flight still call
 * last.
 */
export const serviceStopOrder: readonly (readonly Service[])[] = [
  intake,
  services.filter((service) => ![...intake, ...foundation].includes(service)),
  foundation,
];

/** Order in which programs stop. */
export const stopOrder: readonly (readonly string[])[] = [
  [singleName],
  ...serviceStopOrder,
  ['llm-simulator'],
];
