/** What a client needs to know of an answer. */
export interface Answer {
  readonly status: number;
  /** Whether the server ends the connection with it. */
  readonly closes: boolean;
  readonly bytes: Buffer;
}

const endOfHead = Buffer.from('\r\n\r\n');
const lastChunk = Buffer.from('\r\n0\r\n\r\n');

/**
 * Reads HTTP/1.1 answers of one connection on which nothing is pipelined: returns an answer with the bytes that
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

/** Without a length, the body is in chunks, of which an empty one is the last. */
function isWhole(bytes: Buffer, head: string): boolean {
  const length = /\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) return bytes.length >= head.length + endOfHead.length + Number(length);
  return endsChunked(bytes);
}

/** Whether these are the last bytes of a body in chunks. */
function endsChunked(bytes: Buffer): boolean {
  return bytes.length >= lastChunk.length && lastChunk.equals(bytes.subarray(-lastChunk.length));
}

/** Tells of a body in chunks that is not kept whether it has ended, however it is cut into pieces. */
export function createEndFinder(): (bytes: Buffer) => boolean {
  let tail = Buffer.alloc(0);
  return (bytes) => {
    tail = Buffer.concat([tail, bytes.subarray(-lastChunk.length)]).subarray(-lastChunk.length);
    return endsChunked(tail);
  };
}

/** An answer in a few words: its status and how its body begins. */
export function summaryOf(answer: string): string {
  const [head = '', body = ''] = answer.split('\r\n\r\n', 2);
  return `${head.split('\r\n', 1)[0]}: ${body.slice(0, 300)}`;
}

/** Of `HTTP/1.1 200 OK`. */
export function statusOf(head: string): number {
  return Number(head.slice(9, 12));
}

export function closes(head: string): boolean {
  return /\nconnection: *close/i.test(head);
}
