const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const colon = 0x3a;
const space = 0x20;
const byteOrderMark = '\uFEFF';
const dataPrefix = Buffer.from('data');

/** Returns the data of a server-sent event: its `data` lines, joined with LF. Returns undefined if it has none. */
export function dataOf(event: Buffer): string | undefined {
  return onlyLine(event) ?? joinedLines(event);
}

/** Fast path: an event of one `data` line, ended by two LF. */
function onlyLine(event: Buffer): string | undefined {
  const end = event.length - 2;
  if (event.indexOf(lineFeed) !== end || event.includes(carriageReturn)) return undefined;
  if (event[4] !== colon || event.compare(dataPrefix, 0, 4, 0, 4) !== 0) return undefined;
  return event.toString('utf8', event[5] === space ? 6 : 5, end);
}

/** Fields of a server-sent event. */
export interface ServerSentEvent {
  readonly name: string;
  readonly id: string | undefined;
  readonly data: string;
}

/** Parses an event. Returns undefined if it has no data, like a comment. The name defaults to `message`. */
export function eventOf(event: Buffer): ServerSentEvent | undefined {
  const data = dataOf(event);
  if (data === undefined) return undefined;
  const lines = linesOf(event);
  return { name: lastField(lines, 'event') || 'message', id: lastField(lines, 'id'), data };
}

function lastField(lines: readonly string[], name: string): string | undefined {
  const line = lines.findLast((each) => each === name || each.startsWith(`${name}:`));
  return line?.slice(name.length + 1).replace(/^ /, '');
}

function linesOf(event: Buffer): string[] {
  const text = event.toString('utf8');
  return (text.startsWith(byteOrderMark) ? text.slice(1) : text).split(/\r\n|\n|\r/);
}

function joinedLines(event: Buffer): string | undefined {
  const lines = linesOf(event);
  const data = lines.flatMap((line) => {
    const found = /^data(?:: ?(.*))?$/s.exec(line);
    return found ? [found[1] ?? ''] : [];
  });
  return data.length === 0 ? undefined : data.join('\n');
}
