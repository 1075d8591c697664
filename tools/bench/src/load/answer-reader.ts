/** The parts of an answer that a load client needs. */
export interface Answer {
  readonly status: number;
  /** True if the server closes the connection after it. */
  readonly closes: boolean;
  readonly bytes: Buffer;
}

const endOfHead = Buffer.from('\r\n\r\n');
const lastChunk = Buffer.from('\r\n0\r\n\r\n');

/**
 * Creates a reader of HTTP/1.1 answers on one connection without pipelining. Returns an answer when the given bytes
 * complete it, else undefined.
 */
export function createAnswerReader(): (bytes: Buffer) => Answer | undefined {
  let pending: Buffer | undefined;
  return (bytes) => {
    const received = pending ? Buffer.concat([pending, bytes]) : bytes;
    const answer = read(received);
    pending = answer ? undefined : received;
    return answer;
  };
}

function read(bytes: Buffer): Answer | undefined {
  const end = bytes.indexOf(endOfHead);
  if (end < 0) return undefined;
  const head = bytes.toString('latin1', 0, end);
  if (!isWhole(bytes, head)) return undefined;
  return { status: statusOf(head), closes: closes(head), bytes };
}

/** A body without a length is chunked and ends with an empty chunk. */
function isWhole(bytes: Buffer, head: string): boolean {
  const length = /\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) return bytes.length >= head.length + endOfHead.length + Number(length);
  return endsChunked(bytes);
}

/** Returns true if these are the last bytes of a chunked body. */
function endsChunked(bytes: Buffer): boolean {
  return bytes.length >= lastChunk.length && lastChunk.equals(bytes.subarray(-lastChunk.length));
}

/** Detects the end of a chunked body without keeping the body, however it is split. */
export function createEndFinder(): (bytes: Buffer) => boolean {
  let tail = Buffer.alloc(0);
  return (bytes) => {
    tail = Buffer.concat([tail, bytes.subarray(-lastChunk.length)]).subarray(-lastChunk.length);
    return endsChunked(tail);
  };
}

/** Summarises an answer: its status and the beginning of its body. */
export function summaryOf(answer: string): string {
  const [head = '', body = ''] = answer.split('\r\n\r\n', 2);
  return `${head.split('\r\n', 1)[0]}: ${body.slice(0, 300)}`;
}

/** Parses the status of `HTTP/1.1 200 OK`. */
export function statusOf(head: string): number {
  return Number(head.slice(9, 12));
}

export function closes(head: string): boolean {
  return /\nconnection: *close/i.test(head);
}
