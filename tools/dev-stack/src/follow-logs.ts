import { open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { styleText } from 'node:util';

/** Polling interval. */
const pollMs = 100;
const chunkBytes = 64 * 1024;

const colours = ['cyan', 'magenta', 'yellow', 'green', 'blue', 'red', 'gray'] as const;

/** Fields that are the same in every line of one platform's log. */
const omitted = new Set(['level', 'time', 'service', 'version', 'message', 'pid', 'hostname']);

export interface FollowedLog {
  readonly name: string;
  readonly file: string;
}

/** Prints lines that programs append to their log files, one readable line per event, until the signal aborts. */
export async function followLogs(
  logs: readonly FollowedLog[],
  options: { readonly print: (line: string) => void; readonly colour: boolean; readonly signal: AbortSignal },
): Promise<void> {
  const { print, colour, signal } = options;
  const width = Math.max(...logs.map(({ name }) => name.length));
  const followed = logs.map(({ name, file }, index) => {
    const label = name.padEnd(width);
    const shown = colour ? styleText(colours[index % colours.length] ?? 'gray', label) : label;
    return {
      file,
      position: 0,
      rest: '',
      print: (line: string) => print(`${shown} ${readable(line, colour)}`),
    };
  });
  while (!signal.aborted) {
    for (const log of followed) await printNewLines(log);
    await delay(pollMs, undefined, { signal }).catch(() => undefined);
  }
}

interface Followed {
  readonly file: string;
  readonly print: (line: string) => void;
  position: number;
  rest: string;
}

async function printNewLines(log: Followed): Promise<void> {
  await using file = await open(log.file).catch(() => undefined);
  for (;;) {
    const { bytesRead, buffer } =
      (await file?.read(Buffer.alloc(chunkBytes), 0, chunkBytes, log.position)) ?? {};
    if (!bytesRead || buffer === undefined) return;
    log.position += bytesRead;
    const lines = (log.rest + buffer.toString('latin1', 0, bytesRead)).split('\n');
    log.rest = lines.pop() ?? '';
    for (const line of lines) log.print(Buffer.from(line, 'latin1').toString());
  }
}

/** Renders a JSON line as time, level, message and remaining fields. Returns any other line unchanged. */
export function readable(line: string, colour: boolean): string {
  const event = parse(line);
  if (event === undefined) return line;
  const { time, level, message } = event;
  const stack = stackOf(event);
  const fields = Object.entries(event)
    .filter(([name]) => !omitted.has(name) && !(stack && name === 'err'))
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const paint = (style: Parameters<typeof styleText>[0], text: string) =>
    colour ? styleText(style, text) : text;
  const severe = level === 'error' || level === 'fatal' ? 'red' : level === 'warn' ? 'yellow' : 'gray';
  const parts = [
    paint('gray', String(time ?? '').slice('yyyy-mm-ddT'.length, -1)),
    paint(
      severe,
      String(level ?? '')
        .toUpperCase()
        .padEnd(5),
    ),
    String(message ?? ''),
    ...(fields.length > 0 ? [paint('gray', fields.join(' '))] : []),
  ];
  return parts.join(' ') + (stack ? `\n${stack}` : '');
}

function parse(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** Puts an error's stack on separate lines, so that editors recognise the file names. */
function stackOf({ err }: Record<string, unknown>): string | undefined {
  const stack = typeof err === 'object' && err !== null && 'stack' in err ? err.stack : undefined;
  return typeof stack === 'string' ? stack : undefined;
}
