import { request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';

export interface Question {
  readonly method?: string;
  /** Sent unchanged. */
  readonly path: string;
  /** Bearer token. */
  readonly token?: string | undefined;
  readonly headers?: OutgoingHttpHeaders;
  /** A string or bytes are sent unchanged, anything else as JSON. */
  readonly body?: unknown;
  /** True to return a 429 instead of waiting for the limit to pass. */
  readonly acceptLimit?: boolean;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Undefined if the text is not JSON. */
  readonly json: unknown;
}

/** Everything received over one connection. */
export interface RawAnswer {
  readonly text: string;
  /** Statuses of all answers in it. */
  readonly statuses: readonly number[];
  /** True if the platform ended the connection. */
  readonly closed: boolean;
}

export interface Target {
  readonly url: string;
  /** Sends a request over a new connection. Rejects if there is no answer within 30 s. */
  send(question: Question): Promise<Answer>;
  /** Sends the pieces until an answer arrives. Returns everything received before the end or 3 s of silence. */
  sendRaw(...pieces: readonly (string | Uint8Array)[]): Promise<RawAnswer>;
  /** Opens a connection. */
  connect(): ReturnType<typeof connectPlain>;
}

const answerTimeoutMs = 30_000;
const rawSilenceMs = 3_000;

/** Longest `retry-after` in seconds that is waited for: limits per minute, not per hour. */
const longestWait = 65;

/** Creates a target. `look` receives every answer. */
export function createTarget(url: string, look: (question: Question, answer: Answer) => void): Target {
  const { protocol, hostname, port } = new URL(url);
  const secure = protocol === 'https:';
  const connect = () => {
    const place = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (secure ? 443 : 80) };
    const socket = secure ? connectTls({ ...place, servername: hostname }) : connectPlain(place);
    // The attack interprets a broken connection by the answers received before.
    return socket.on('error', () => undefined);
  };

  const ask = async (question: Question): Promise<Answer> => {
    const body = bytesOf(question.body);
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const options = {
      method: question.method ?? 'GET',
      path: question.path,
      agent: false,
      headers: headersOf(question, body),
      signal: AbortSignal.timeout(answerTimeoutMs),
    };
    const call = (secure ? httpsRequest : httpRequest)(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parse(text) });
      });
    });
    call.on('error', (error) => reject(new Error(`${nameOf(question)} got no answer: ${error.message}`)));
    call.end(body);
    const answer = await promise;
    look(question, answer);
    return answer;
  };

  return {
    url,
    connect,
    async send(question) {
      const answer = await ask(question);
      const wait = Number(answer.headers['retry-after']);
      if (answer.status !== 429 || question.acceptLimit || !(wait <= longestWait)) return answer;
      await delay((wait + 1) * 1000);
      return ask(question);
    },
    async sendRaw(...pieces) {
      const socket = connect();
      socket.setTimeout(rawSilenceMs);
      const { promise, resolve } = Promise.withResolvers<boolean>();
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString('latin1')));
      socket.on('timeout', () => resolve(false));
      socket.on('close', () => resolve(true));
      for (const piece of pieces) {
        if (text !== '' || socket.destroyed) break;
        const { promise: written, resolve: write } = Promise.withResolvers<void>();
        socket.write(piece, () => write());
        await Promise.race([written, promise]);
      }
      const closed = await promise;
      socket.destroy();
      const statuses = [...text.matchAll(/HTTP\/1\.[01] (\d{3}) /g)].map(([, status]) => Number(status));
      for (const answer of text === '' ? [] : [answerOf(text)]) look({ path: 'raw bytes' }, answer);
      return { text, statuses, closed };
    },
  };
}

/** Names a request briefly, for a finding. */
export function nameOf({ method = 'GET', path }: Question): string {
  return `${method} ${path.length > 80 ? `${path.slice(0, 80)}…` : path}`;
}

function bytesOf(body: unknown): string | Uint8Array | undefined {
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) return body;
  return JSON.stringify(body);
}

function headersOf({ token, headers }: Question, body: string | Uint8Array | undefined): OutgoingHttpHeaders {
  return {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    ...headers,
  };
}

function answerOf(raw: string): Answer {
  const [head = '', ...rest] = raw.split('\r\n\r\n');
  const [line = '', ...fields] = head.split('\r\n');
  const headers = Object.fromEntries(
    fields.map((field) => [
      field.slice(0, field.indexOf(':')).toLowerCase(),
      field.replace(/^[^:]*:\s*/, ''),
    ]),
  );
  // An empty chunked body.
  const text = rest.join('\r\n\r\n').replace(/^0\r\n\r\n$/, '');
  return { status: Number(line.split(' ')[1]), headers, text, json: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
