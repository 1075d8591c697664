const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** A line ending: LF, CR, or CRLF. */
type LineEnding = 'lf' | 'cr' | 'crlf';

/** Splits a byte stream into server-sent events, independent of network fragments. */
export interface SseSplitter {
  /** Adds bytes and returns the events that they complete, as received, with their final blank lines. */
  push(bytes: Buffer): Buffer[];
  /** Bytes of an incomplete event. */
  rest(): Buffer;
  /** Number of bytes of an incomplete event. */
  restBytes(): number;
}

/**
 * Creates a splitter as specified by the HTML standard, section 9.2.5: lines end with LF, CRLF or CR, and events end with an
 * empty line. Empty lines before an event belong to it. A CR may be half of a CRLF, so an event that ends with CR is returned
 * only after the next byte, unless the lines before it ended with CR alone.
 */
export function createSseSplitter(): SseSplitter {
  let held: Buffer[] = [];
  let heldBytes = 0;
  /** True once the current line has bytes, and the current event has lines. */
  let hasBytes = false;
  let hasLines = false;
  let ending: LineEnding = 'lf';
  /** True if the last byte was a CR, which may be half of a CRLF. With `isClosing`, this CR ends an event. */
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

  /** Returns true if the byte, which ends a line, also ends an event. */
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
    // JSON contains no CR: usually there is none, and the next LF ends the line.
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
      // If lines end with CR, an LF after an event is an empty line before the next one.
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

/** Returns the index before the match, or the last index without a match. */
function before(found: number, bytes: Buffer): number {
  return (found < 0 ? bytes.length : found) - 1;
}
