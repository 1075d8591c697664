import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** One line of a service's log. */
export interface LogLine {
  readonly service: string;
  readonly time: string;
  readonly text: string;
  readonly event: Readonly<Record<string, unknown>>;
}

/** Fields that join the lines of one request: its own, that of its trace, and those of the jobs that it submitted. */
const joining = ['requestId', 'traceId'] as const;

/** Reads the JSON lines of these services' logs, in the order of time. A service without a log has no lines. */
export async function readLogs(folder: string, services: readonly string[]): Promise<LogLine[]> {
  const all = await Promise.all(services.map((service) => readLog(join(folder, `${service}.log`))));
  return all.flat().sort((one, other) => (one.time < other.time ? -1 : one.time > other.time ? 1 : 0));
}

async function readLog(file: string): Promise<LogLine[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    const event = parse(line);
    return event ? { service: basename(file, '.log'), time: String(event.time), text: line, event } : [];
  });
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Returns the lines of a request through all services: those with its ID, those of its trace, and those of the jobs that it
 * submitted, with their own requests.
 */
export function linesOfRequest(lines: readonly LogLine[], requestId: string): LogLine[] {
  const ids = new Set([requestId]);
  const belongs = ({ event }: LogLine) =>
    [...joining.map((name) => event[name]), event.submittedBy].some(
      (id) => typeof id === 'string' && ids.has(id),
    );
  for (let known = 0; known < ids.size; ) {
    known = ids.size;
    for (const line of lines.filter(belongs)) {
      for (const name of joining) {
        const id = line.event[name];
        if (typeof id === 'string') ids.add(id);
      }
    }
  }
  return lines.filter(belongs);
}

/** Returns the IDs of the traces of these lines. They have none if tracing is off. */
export function tracesOf(lines: readonly LogLine[]): readonly string[] {
  return [
    ...new Set(lines.flatMap(({ event: { traceId } }) => (typeof traceId === 'string' ? [traceId] : []))),
  ];
}
