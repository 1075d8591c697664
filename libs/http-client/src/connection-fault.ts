/** What became of a request whose connection failed. */
export type ConnectionFault =
  /** The connection was never made, so the request was certainly not received: sending it again is safe. */
  | 'never_received'
  /** The connection broke: the request may have been received, so only reading may be repeated. */
  | 'broken'
  /** No answer came in time. */
  | 'late';

const faults: Readonly<Record<string, ConnectionFault>> = {
  ECONNREFUSED: 'never_received',
  ENOTFOUND: 'never_received',
  EAI_AGAIN: 'never_received',
  EHOSTUNREACH: 'never_received',
  UND_ERR_CONNECT_TIMEOUT: 'never_received',
  ECONNRESET: 'broken',
  EPIPE: 'broken',
  UND_ERR_SOCKET: 'broken',
  UND_ERR_HEADERS_TIMEOUT: 'late',
  UND_ERR_BODY_TIMEOUT: 'late',
};

interface SocketError {
  readonly code?: unknown;
  readonly syscall?: unknown;
}

/** Reads an error of undici or of a socket; undefined for any other. */
export function connectionFaultOf(error: unknown): ConnectionFault | undefined {
  const { code, syscall, cause } = error as SocketError & { readonly cause?: SocketError };
  const fault = faults[String(code ?? cause?.code ?? '')];
  // A port that closes resets those it has not accepted, some of them while they connect.
  return fault && (syscall ?? cause?.syscall) === 'connect' ? 'never_received' : fault;
}
