const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const colon = 0x3a;
const space = 0x20;
const byteOrderMark = '\uFEFF';
const dataPrefix = Buffer.from('data');

/** The data of a server-sent event: its `data` lines, joined with LF; undefined where it has none, as a comment. */
export function dataOf(event: Buffer): string | undefined {
  return onlyLine(event) ?? joinedLines(event);
}

/** The common case without a split: an event that is one `data` line, ended with LF twice. */
function onlyLine(event: Buffer): string | undefined {
  const end = event.length - 2;
  if (event.indexOf(lineFeed) !== end || event.includes(carriageReturn)) return undefined;
  if (event[4] !== colon || event.compare(dataPrefix, 0, 4, 0, 4) !== 0) return undefined;
  return event.toString('utf8', event[5] === space ? 6 : 5, end);
}

function joinedLines(event: Buffer): string | undefined {
  const text = event.toString('utf8');
  const lines = (text.startsWith(byteOrderMark) ? text.slice(1) : text).split(/\r\n|\n|\r/);
  const data = lines.flatMap((line) => {
    const found = /^data(?:: ?(.*))?$/s.exec(line);
    return found ? [found[1] ?? ''] : [];
  });
  return data.length === 0 ? undefined : data.join('\n');
}
