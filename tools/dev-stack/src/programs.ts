import { join } from 'node:path';
import { type Service, services } from '@valuecanvas/database';
import type { Program } from './child-run.ts';
import { type Platform, serviceEnvironment } from './environment.ts';
import { type Environment, projectRoot, type Settings } from './settings.ts';

/** The port that debuggers try first. */
const firstInspectorPort = 9229;

/** The address at which a debugger attaches to a service of `--inspect`; undefined for the other services. */
export function inspectorOf(service: Service, { inspect }: Pick<Settings, 'inspect'>): string | undefined {
  const index = inspect.indexOf(service);
  return index < 0 ? undefined : `127.0.0.1:${firstInspectorPort + index}`;
}

/** The program of a service, run from its sources. */
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
  const environment = serviceEnvironment(service, options.platform, options.caller);
  return {
    name: service,
    folder: join(projectRoot, 'apps', service),
    args: [
      ...(inspector ? [`--inspect=${inspector}`] : []),
      '--import',
      '@valuecanvas/service-kit/register',
      'src/main.ts',
    ],
    // A restart while one works need not wait for requests on their way.
    environment: options.settings.watch ? { ...environment, SHUTDOWN_DRAIN_MS: '0' } : environment,
    readyUrl: `http://127.0.0.1:${options.platform.ports[service].internalPort}/health/ready`,
    logFile: join(options.logs, `${service}.log`),
  };
}

/** The simulator that stands in for language models. */
export function simulatorProgram(port: number, caller: Environment, logs: string): Program {
  return {
    name: 'llm-simulator',
    folder: join(projectRoot, 'tools', 'llm-simulator'),
    args: ['src/main.ts'],
    environment: { PATH: caller.PATH, HOST: '127.0.0.1', PORT: String(port) },
    readyUrl: `${simulatorUrl(port)}/models`,
    logFile: join(logs, 'llm-simulator.log'),
  };
}

export function simulatorUrl(port: number): string {
  return `http://127.0.0.1:${port}/v1`;
}

/** Services that take in work, and services that others call last. All other services stop between these. */
const intake: readonly string[] = ['gateway', 'job-worker'];
const foundation: readonly string[] = ['llm-router', 'prompt-registry', 'feature-flags'];

/**
 * Order in which programs stop: first the services that take in work, and last what a request or a job in flight still
 * calls.
 */
export const stopOrder: readonly (readonly string[])[] = [
  intake,
  services.filter((service) => ![...intake, ...foundation].includes(service)),
  foundation,
  ['llm-simulator'],
];
