import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Service, services } from '@valuecanvas/database';
import { usualGateway } from './ports.ts';
import { StackError } from './stack-error.ts';

/** Variables by name. An empty value counts as absent. */
export type Environment = Readonly<Record<string, string | undefined>>;

export const projectRoot = fileURLToPath(new URL('../../..', import.meta.url));

export interface Settings {
  /** Folder with all data of the platform. */
  readonly stateDirectory: string;
  /** Deletes all local data first. */
  readonly fresh: boolean;
  readonly gatewayPort: number;
  /** Restarts services when their sources change, and prints their logs. */
  readonly watch: boolean;
  /** Runs all services in one process. */
  readonly single: boolean;
  /** Services that accept a debugger, in the order of their ports from 9229. */
  readonly inspect: readonly Service[];
}

export const usage = `npm start                starts the whole platform on this machine
npm start -- --fresh     the same, after deleting all local data
npm start -- --watch     restarts services when their sources change, and prints their logs
npm start -- --single    runs all services in one process, which needs less memory
npm start -- --inspect <service>   lets a debugger attach to the service at port 9229; may be repeated
npm start -- --state <folder>      keeps the state there instead of in .dev

PORT, MIGRATION_DATABASE_URL, REDIS_URL, TOGETHER_API_KEY, OPENAI_API_KEY, OPENAI_BASE_URL and every variable
of a service are read from the environment, then from the file .env.`;

/** Reads flags and variables. Returns undefined for --help. Throws StackError. */
export function readSettings(args: readonly string[], environment: Environment): Settings | undefined {
  const { fresh, state, watch, single, inspect, help } = parseFlags(args);
  if (help) return undefined;
  if (single && (watch || inspect)) {
    throw new StackError(
      '--single cannot be combined with --watch or --inspect, which need a process for each service.',
    );
  }
  return {
    fresh: fresh ?? false,
    stateDirectory: resolve(state ?? `${projectRoot}/.dev`),
    gatewayPort: readPort(environment.PORT || String(usualGateway)),
    watch: watch ?? false,
    single: single ?? false,
    inspect: (inspect ?? []).map(readService),
  };
}

function parseFlags(args: readonly string[]) {
  const options = {
    fresh: { type: 'boolean' },
    state: { type: 'string' },
    watch: { type: 'boolean' },
    single: { type: 'boolean' },
    inspect: { type: 'string', multiple: true },
    help: { type: 'boolean', short: 'h' },
  } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (cause) {
    throw new StackError(`${cause instanceof Error ? cause.message : cause}\n\n${usage}`, { cause });
  }
}

function readService(name: string): Service {
  const service = services.find((known) => known === name);
  if (service) return service;
  throw new StackError(`--inspect takes one of ${services.join(', ')}, not "${name}".`);
}

function readPort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new StackError(`PORT must be a port number from 1 to 65535, not "${text}".`);
}
