import { parseArgs } from 'node:util';
import type { CountsPlace } from './read-provider-counts.ts';

/** The command's parsed arguments. */
export interface ReconcileRequest {
  /** Start (inclusive) and end (exclusive). */
  readonly from: Date;
  readonly until: Date;
  readonly counts: readonly CountsPlace[];
  readonly repair: boolean;
}

const usage =
  'npm run ledger:reconcile -- [--from <day or time>] [--to <day or time>] [--provider-counts [<provider>=]<url>]… [--repair]';

const dayMs = 86_400_000;
const isDay = /^\d{4}-\d{2}-\d{2}$/;
/** Requires a zone: a time without one would be local time. */
const isTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

/** Parses the arguments; the default period is today in UTC. Throws an error with the usage. */
export function readRequest(args: readonly string[], now: number): ReconcileRequest {
  const { from, to, 'provider-counts': counts = [], repair = false } = parse(args);
  const today = new Date(now).toISOString().slice(0, 10);
  const until = timeOf('--to', to ?? today);
  const request = {
    from: timeOf('--from', from ?? to?.slice(0, 10) ?? today),
    until: isDay.test(to ?? today) ? new Date(until.getTime() + dayMs) : until,
    counts: counts.map(readPlace),
    repair,
  };
  if (request.from < request.until) return request;
  throw new Error(`--from must be before --to: ${usage}`);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        from: { type: 'string' },
        to: { type: 'string' },
        'provider-counts': { type: 'string', multiple: true },
        repair: { type: 'boolean' },
      },
    }).values;
  } catch (cause) {
    throw new Error(`Invalid arguments. Usage: ${usage}`, { cause });
  }
}

function timeOf(name: string, text: string): Date {
  const time = new Date(text);
  if ((isDay.test(text) || isTime.test(text)) && !Number.isNaN(time.getTime())) return time;
  throw new Error(`${name} "${text}" must be a day (2026-11-25) or a time (2026-11-25T17:00Z): ${usage}`);
}

function readPlace(text: string): CountsPlace {
  const [, provider, url = ''] = /^(?:([a-z0-9_-]+)=)?(https?:\/\/.+)$/.exec(text) ?? [];
  if (URL.canParse(url)) return { provider, url };
  throw new Error(`--provider-counts "${text}" must be a URL, or <provider>=<url>: ${usage}`);
}
