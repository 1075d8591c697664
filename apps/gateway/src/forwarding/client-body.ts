import type { IncomingMessage } from 'node:http';

/** What a client sends, to be passed on as it arrives. */
export interface ClientBody {
  /** The bytes, for one attempt; null where there are none. */
  read(): AsyncIterable<Uint8Array> | null;
  /** Once some of it may have been sent, no other attempt can send the whole. */
  begun(): boolean;
}

/** Nothing is read before an attempt has a connection to send it over. */
export function clientBodyOf(request: IncomingMessage): ClientBody {
  let begun = false;
  async function* bytes(): AsyncGenerator<Uint8Array> {
    begun = true;
    // An upstream may answer early and stop reading; the client must still get that answer.
    yield* request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
  }
  return { read: () => (hasBody(request) ? bytes() : null), begun: () => begun };
}

function hasBody({ method, headers }: IncomingMessage): boolean {
  if (method === 'GET' || method === 'HEAD') return false;
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
