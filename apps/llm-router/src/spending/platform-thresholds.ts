import { strictObject } from '@valuecanvas/contracts-core';
import { toNanos } from '@valuecanvas/money';
import { ConfigError } from '@valuecanvas/service-kit';
import Type from 'typebox';
import type { Threshold } from '../admission/types.ts';
import { readJsonSetting } from './json-setting.ts';

const Dollars = Type.Optional(Type.Number({ minimum: 0 }));
const Levels = Type.Optional(strictObject({ warning: Dollars, critical: Dollars }));
const Settings = strictObject({ hour: Levels, day: Levels, month: Levels });

const name = 'PLATFORM_ALERT_THRESHOLDS';

/** Default alert thresholds of the platform in dollars. */
const defaults = {
  hour: { warning: 10, critical: 50 },
  day: { warning: 100, critical: 500 },
  month: { warning: 1_000, critical: 5_000 },
} as const;

const periods = ['hour', 'day', 'month'] as const;
const levels = ['warning', 'critical'] as const;

/** Merges PLATFORM_ALERT_THRESHOLDS (JSON) over the defaults. Throws ConfigError with all faults. */
export function readPlatformThresholds(json = '{}'): readonly Threshold[] {
  const settings = readJsonSetting(name, Settings, json);
  const faults: string[] = [];
  const thresholds = periods.flatMap((period) =>
    levels.map((level): Threshold => {
      const dollars = settings[period]?.[level] ?? defaults[period][level];
      return {
        scope: 'platform',
        period,
        level,
        nanos: nanosOf(dollars, `${name}.${period}.${level}`, faults),
      };
    }),
  );
  if (faults.length > 0) throw new ConfigError(faults);
  return thresholds;
}

/** Reports an amount that is not a whole number of nano-dollars. */
function nanosOf(dollars: number, path: string, faults: string[]): bigint {
  try {
    return toNanos(dollars);
  } catch (error) {
    faults.push(`${path}: ${(error as Error).message}`);
    return 0n;
  }
}
