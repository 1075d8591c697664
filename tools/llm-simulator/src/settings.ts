import { parseArgs } from 'node:util';
import type { SimulatorOptions } from './simulator.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const names = ['port', 'host', 'seed', 'keys', 'models'] as const;
const flags = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));

/**
 * Options from flags (`--port 4000 --host :: --seed 7 --keys a,b --models x,y`), else from PORT, HOST,
 * SIMULATOR_SEED, SIMULATOR_KEYS and SIMULATOR_MODELS. Throws an Error with one sentence for an invalid number.
 */
export function readSettings(environment: Environment, args: readonly string[]): SimulatorOptions {
  const { values } = parseArgs({ args: [...args], options: flags });
  const setting = (name: (typeof names)[number], variable: string) =>
    nonEmpty(values[name]) ?? nonEmpty(environment[variable]);
  const port = setting('port', 'PORT');
  const host = setting('host', 'HOST');
  const seed = setting('seed', 'SIMULATOR_SEED');
  const keys = setting('keys', 'SIMULATOR_KEYS');
  const models = setting('models', 'SIMULATOR_MODELS');
  return {
    ...(port !== undefined && { port: wholeNumber('The port', port, 65_535) }),
    ...(host !== undefined && { host }),
    ...(seed !== undefined && { seed: wholeNumber('The seed', seed, 4_294_967_295) }),
    ...(keys !== undefined && { keys: listOf(keys) }),
    ...(models !== undefined && { models: listOf(models) }),
  };
}

function nonEmpty(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function wholeNumber(what: string, value: string, most: number): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 0 && number <= most) return number;
  throw new Error(`${what} must be a whole number from 0 to ${most}, not "${value}".`);
}

function listOf(value: string): readonly string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
