import { parseArgs } from 'node:util';
import { type ContenderName, contenderNames, type PartName, partNames } from './measure/parts.ts';
import { allSettings, quickSettings, type Setting } from './measure/settings.ts';

const profiledNames = ['router', 'gateway'] as const;
export type Profiled = (typeof profiledNames)[number];

export interface Options {
  readonly mode: 'compare' | 'soak' | 'profile' | 'files';
  readonly settings: readonly Setting[];
  readonly rounds: number;
  /** Seconds per contender and round. */
  readonly seconds: number;
  readonly wanted: (name: ContenderName) => boolean;
  /** The service to profile. */
  readonly profiled: Profiled | undefined;
  /** Number of calls of a soak. */
  readonly calls: number;
  /** File to which samples are appended as JSON lines. */
  readonly out: string | undefined;
}

const usage = `npm run bench -- [options]
  --quick             fewer settings, 3 rounds of 2 s: about six minutes
  --only a,b          of ${contenderNames.join(', ')}; direct and bare are always measured
  --part a,b          of ${partNames.join(', ')}
  --rounds n          default 5
  --seconds n         per contender and round; default 8
  --out file          appends every sample to the file as a JSON line
  --soak              sends a million calls through the router and checks that its memory stays flat; --calls n changes the number
  --profile service   profiles the CPU time of router or gateway; --seconds n
  --files             lists the source files that one warm request enters`;

/** Throws an error that names the invalid option and the usage. */
export function readOptions(args: readonly string[]): Options {
  try {
    return parse(args);
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  }
}

function parse(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      part: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      out: { type: 'string' },
      soak: { type: 'boolean', default: false },
      calls: { type: 'string' },
      profile: { type: 'string' },
      files: { type: 'boolean', default: false },
    },
  });
  const only = listOf('--only', values.only, contenderNames);
  const parts = listOf<PartName>('--part', values.part, partNames);
  return {
    profiled: profiledIn(values.profile),
    mode: values.files ? 'files' : values.profile ? 'profile' : values.soak ? 'soak' : 'compare',
    settings: (values.quick ? quickSettings : allSettings).filter(({ part }) => parts.includes(part)),
    rounds: wholeNumber('--rounds', values.rounds, values.quick ? 3 : 5),
    seconds: wholeNumber('--seconds', values.seconds, values.quick ? 2 : 8),
    wanted: (name) => name === 'direct' || name === 'bare' || only.includes(name),
    calls: wholeNumber('--calls', values.calls, 1_000_000),
    out: values.out,
  };
}

function profiledIn(value: string | undefined): Profiled | undefined {
  const [name] = value === undefined ? [] : listOf('--profile', value, profiledNames);
  return name;
}

function listOf<T extends string>(option: string, value: string | undefined, known: readonly T[]): T[] {
  const names = value === undefined ? [...known] : value.split(',');
  const isKnown = (name: string): name is T => (known as readonly string[]).includes(name);
  const unknown = names.find((name) => !isKnown(name));
  if (unknown !== undefined) throw new Error(`${option} knows ${known.join(', ')}, but not ${unknown}.`);
  return names.filter(isKnown);
}

function wholeNumber(option: string, value: string | undefined, fallback: number): number {
  const number = value === undefined ? fallback : Number(value);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Error(`${option} must be a whole number above 0, not ${value}.`);
}
