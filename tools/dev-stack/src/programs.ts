import { join } from 'node:path';
import { type Service, services } from '@valuecanvas/database';
import type { Program } from './child-run.ts';
import { type Platform, serviceEnvironment } from './environment.ts';
import { type Environment, projectRoot, type Settings } from './settings.ts';

/** The default port of debuggers. */
const firstInspectorPort = 9229;

/** Node's compiled forms of the sources. They save about a third of the CPU time of a start. */
const compileCache = join(projectRoot, '.cache', 'compiled');

/** Inspector address of a service named with `--inspect`, or undefined. */
export function inspectorOf(service: Service, { inspect }: Pick<Settings, 'inspect'>): string | undefined {
  const index = inspect.indexOf(service);
  return index < 0 ? undefined : `127.0.0.1:${firstInspectorPort + index}`;
}

/** Returns the program of a service, which runs from its sources. */
export function serviceProgram(
  service: Service,
  options: {
    readonly platform: Platform;
    readonly caller: Environment;
    readonly logs: string;
    readonly settings: Pick<Settings, 'inspect' | 'watch'>;
  },
): Program {
  const inspector = inspectorOf(service, options.settings);
  // Only Linux distributes connections over all processes at a port. A debugger's port cannot be shared.
  const sharesPorts = options.settings.watch && process.platform === 'linux' && inspector === undefined;
  const environment = {
    NODE_COMPILE_CACHE: compileCache,
    ...serviceEnvironment(service, options.platform, options.caller),
  };
  return {
    name: service,
    folder: join(projectRoot, 'apps', service),
    args: [
      ...(inspector ? [`--inspect=${inspector}`] : []),
      '--import',
      '@valuecanvas/service-kit/register',
      'src/main.ts',
    ],
    // After a restart, new requests must reach the new process only.
    environment: options.settings.watch
      ? { ...environment, SHUTDOWN_DRAIN_MS: '0', SHARE_PORTS: String(sharesPorts) }
      : environment,
    sharesPorts,
    readyUrl: `http://127.0.0.1:${options.platform.ports[service].internalPort}/health/ready`,
    logFile: join(options.logs, `${service}.log`),
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
    sharesPorts: false,
    logFile: join(logs, 'llm-simulator.log'),
  };
}

export function simulatorUrl(port: number): string {
  return `http://127.0.0.1:${port}/v1`;
}

/** Services that accept work stop first, services that others call stop last, all others in between. */
const intake: readonly string[] = ['gateway', 'job-worker'];
const foundation: readonly string[] = ['llm-router', 'prompt-registry', 'feature-flags'];

/**
 * Order in which programs stop: services that accept work first, services that requests and jobs in flight still call
 * last.
 */
export const stopOrder: readonly (readonly string[])[] = [
  intake,
  services.filter((service) => ![...intake, ...foundation].includes(service)),
  foundation,
  ['llm-simulator'],
];
