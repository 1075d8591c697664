import { type Platform, setLatency } from '../platform/start-platform.ts';
import { measure } from './measure.ts';
import { type Contender, type ContenderName, contendersOf, type PartName } from './parts.ts';
import type { Sample } from './sample.ts';
import { nameOf, type Setting } from './settings.ts';

export interface RoundOptions {
  readonly settings: readonly Setting[];
  readonly rounds: number;
  readonly seconds: number;
  readonly wanted: (name: ContenderName) => boolean;
  readonly say: (line: string) => void;
}

/**
 * Warm-up before a part, and before each further setting. After 3 s V8 still spends a fifth of the router's CPU time on
 * compiling hot code; after 10 s all contenders' figures are stable.
 */
const warmUpMs = { first: 10_000, further: 1_000 };

/**
 * Measures each setting in rounds in which all contenders take turns. A contender that fails during warm-up gets that one
 * sample only.
 */
export async function* runRounds(platform: Platform, options: RoundOptions): AsyncGenerator<Sample> {
  const warm = new Set<PartName>();
  for (const setting of options.settings) {
    const wanted = contendersOf(setting.part, platform).filter(({ name }) => options.wanted(name));
    await setLatency(platform, setting.latencyMs);
    const warmUp = warm.has(setting.part) ? warmUpMs.further : warmUpMs.first;
    warm.add(setting.part);
    const contenders: Contender[] = [];
    const silent: Sample[] = [];
    for (const contender of wanted) {
      const sample = await take(platform, { contender, setting, round: 1, durationMs: warmUp });
      if (sample.done > 0) contenders.push(contender);
      else silent.push(tell(sample, options.say));
    }
    for (let round = 1; round <= options.rounds; round += 1) {
      for (const contender of contenders) {
        const durationMs = options.seconds * 1_000;
        yield tell(await take(platform, { contender, setting, round, durationMs }), options.say);
      }
    }
    yield* silent;
  }
}

async function take(
  platform: Platform,
  options: {
    readonly contender: Contender;
    readonly setting: Setting;
    readonly round: number;
    readonly durationMs: number;
  },
): Promise<Sample> {
  const { contender, setting, round } = options;
  const measured = await measure(platform, contender, setting, options.durationMs);
  return { part: setting.part, setting: nameOf(setting), contender: contender.name, round, ...measured };
}

function tell(sample: Sample, say: (line: string) => void): Sample {
  const { part, setting, round, contender, done, seconds, errors } = sample;
  const wrong = errors > 0 ? `, ${errors} errors` : '';
  say(`${part}, ${setting}, round ${round}: ${contender} ${done} in ${seconds} s${wrong}`);
  return sample;
}
