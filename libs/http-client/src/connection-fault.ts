/** Outcome of a request whose connection failed. */
export type ConnectionFault =
  /** The connection was never established, so the request was not received and a retry is safe. */
  | 'never_received'
  /** The connection broke. The request may have been received, so only a read may be retried. */
  | 'broken'
  /** No response arrived in time. */
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

/** Classifies an error of undici or of a socket. Returns undefined for any other error. */
export function connectionFaultOf(error: unknown): ConnectionFault | undefined {
  const { code, syscall, cause } = error as SocketError & { readonly cause?: SocketError };
  const fault = faults[String(code ?? cause?.code ?? '')];
  // A closing port resets connections that it has not accepted, some of them during connect.
  return fault && (syscall ?? cause?.syscall) === 'connect' ? 'never_received' : fault;
}
