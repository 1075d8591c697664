import { parseArgs } from 'node:util';
import type { CountsPlace } from './read-provider-counts.ts';

/** What the command was asked to compare. */
export interface ReconcileRequest {
  /** From this time on, until before the other one. */
  readonly from: Date;
  readonly until: Date;
  readonly counts: readonly CountsPlace[];
  readonly repair: boolean;
}

const usage =
  'npm run ledger:reconcile -- [--from <day or time>] [--to <day or time>] [--provider-counts [<provider>=]<url>]… [--repair]';

const dayMs = 86_400_000;
const isDay = /^\d{4}-\d{2}-\d{2}$/;
/** A time without a zone would be local time. */
const isTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

/** Reads the arguments; today in UTC where no period is named. Throws an Error that says how the command is used. */
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
  throw new Error(`--from must lie before --to: ${usage}`);
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
    throw new Error(`That is not how this command is used: ${usage}`, { cause });
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
