const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** How a line ended: by LF, by CR, or by both. */
type LineEnding = 'lf' | 'cr' | 'crlf';

/** Cuts a stream of bytes into server-sent events, however the network has cut it. */
export interface SseSplitter {
  /** Takes bytes and returns the events that they complete, each as it came with the blank line that ends it. */
  push(bytes: Buffer): Buffer[];
  /** Bytes of an event that no blank line has ended yet. */
  rest(): Buffer;
  /** How many those are. */
  restBytes(): number;
}

/**
 * Finds events as the HTML standard, section 9.2.5, divides them: lines end with LF, CRLF or CR, an event with an empty
 * line. Empty lines before an event belong to it. A CR that ends an event of CRLF or LF lines waits for one more byte.
 */
export function createSseSplitter(): SseSplitter {
  let held: Buffer[] = [];
  let heldBytes = 0;
  /** Whether the current line has any byte, and the current event any line. */
  let hasBytes = false;
  let hasLines = false;
  let ending: LineEnding = 'lf';
  /** The last byte was a CR, which an LF may complete; `isClosing`: and it ends an event. */
  let afterCarriageReturn = false;
  let isClosing = false;

  function cut(bytes: Buffer, start: number, end: number): Buffer {
    const last = bytes.subarray(start, end);
    const event = held.length === 0 ? last : Buffer.concat([...held, last]);
    held = [];
    heldBytes = 0;
    hasLines = false;
    isClosing = false;
    return event;
  }

  /** Whether the byte, which ends a line, ends an event. */
  function endsEvent(isCarriageReturn: boolean): boolean {
    const isBlank = !hasBytes;
    hasBytes = false;
    if (!isBlank) {
      hasLines = true;
      ending = isCarriageReturn ? 'cr' : 'lf';
      return false;
    }
    if (!hasLines) return false;
    isClosing = isCarriageReturn && ending !== 'cr';
    return !isClosing;
  }

  function push(bytes: Buffer): Buffer[] {
    const events: Buffer[] = [];
    // JSON has no CR of its own: mostly there is none, and the next LF ends the line.
    const isPlain = !bytes.includes(carriageReturn);
    let start = 0;
    for (let index = 0; index < bytes.length; index += 1) {
      const byte = bytes[index];
      if (afterCarriageReturn) {
        afterCarriageReturn = false;
        const completes = byte === lineFeed;
        if (isClosing) {
          const end = completes ? index + 1 : index;
          events.push(cut(bytes, start, end));
          start = end;
        } else if (completes && ending === 'cr') {
          ending = 'crlf';
        }
        if (completes) continue;
      }
      if (byte !== lineFeed && byte !== carriageReturn) {
        hasBytes = true;
        if (isPlain) index = before(bytes.indexOf(lineFeed, index + 1), bytes);
        continue;
      }
      afterCarriageReturn = byte === carriageReturn;
      if (!endsEvent(afterCarriageReturn)) continue;
      // Where lines end with CR, an LF behind an event is an empty line before the next one.
      afterCarriageReturn = false;
      events.push(cut(bytes, start, index + 1));
      start = index + 1;
    }
    if (start < bytes.length) {
      const rest = bytes.subarray(start);
      held.push(rest);
      heldBytes += rest.length;
    }
    return events;
  }

  return {
    push,
    rest: () => Buffer.concat(held),
    restBytes: () => heldBytes,
  };
}

/** The index before the one found, or the last one where none was. */
function before(found: number, bytes: Buffer): number {
  return (found < 0 ? bytes.length : found) - 1;
}
