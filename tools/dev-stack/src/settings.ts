import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { usualGateway } from './ports.ts';
import { StackError } from './stack-error.ts';

/** Variables by name; an empty value counts as absent. */
export type Environment = Readonly<Record<string, string | undefined>>;

export const projectRoot = fileURLToPath(new URL('../../..', import.meta.url));

export interface Settings {
  /** Where everything that a run makes is kept. */
  readonly stateDirectory: string;
  /** Whether to begin anew. */
  readonly fresh: boolean;
  readonly gatewayPort: number;
}

export const usage = `npm start                starts the whole platform on this machine
npm start -- --fresh     the same, after deleting all local data
npm start -- --state <folder>   keeps the state there instead of in .dev

PORT, MIGRATION_DATABASE_URL, REDIS_URL, TOGETHER_API_KEY, OPENAI_API_KEY, OPENAI_BASE_URL and every variable
of a service are read from the environment, then from the file .env.`;

/** Reads flags and variables; undefined where only help is asked for. Throws StackError. */
export function readSettings(args: readonly string[], environment: Environment): Settings | undefined {
  const { fresh, state, help } = parseFlags(args);
  if (help) return undefined;
  return {
    fresh: fresh ?? false,
    stateDirectory: resolve(state ?? `${projectRoot}/.dev`),
    gatewayPort: readPort(environment.PORT || String(usualGateway)),
  };
}

function parseFlags(args: readonly string[]) {
  const options = {
    fresh: { type: 'boolean' },
    state: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (cause) {
    throw new StackError(`${cause instanceof Error ? cause.message : cause}\n\n${usage}`, { cause });
  }
}

function readPort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new StackError(`PORT must be a port number from 1 to 65535, not "${text}".`);
}
