import { join } from 'node:path';
import { type Service, services } from '@valuecanvas/database';
import type { Program } from './child-run.ts';
import { type Platform, serviceEnvironment } from './environment.ts';
import { type Environment, projectRoot } from './settings.ts';

/** Describes how one service runs from its sources. */
export function serviceProgram(
  service: Service,
  options: { readonly platform: Platform; readonly caller: Environment; readonly logs: string },
): Program {
  return {
    name: service,
    folder: join(projectRoot, 'apps', service),
    args: ['--import', '@valuecanvas/service-kit/register', 'src/main.ts'],
    environment: serviceEnvironment(service, options.platform, options.caller),
    readyUrl: `http://127.0.0.1:${options.platform.ports[service].internalPort}/health/ready`,
    logFile: join(options.logs, `${service}.log`),
  };
}

/** Describes the simulator of language models. */
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
