import { request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';

export interface Question {
  readonly method?: string;
  /** Sent as it stands. */
  readonly path: string;
  /** Bearer token. */
  readonly token?: string | undefined;
  readonly headers?: OutgoingHttpHeaders;
  /** A string or bytes as they stand, anything else as JSON. */
  readonly body?: unknown;
  /** Whether being limited is an answer too, and not waited out. */
  readonly impatient?: boolean;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Undefined where the text is none. */
  readonly json: unknown;
}

/** All that came back over one connection. */
export interface RawAnswer {
  readonly text: string;
  /** Of every answer in it. */
  readonly statuses: readonly number[];
  /** Whether the platform ended the connection. */
  readonly closed: boolean;
}

export interface Target {
  readonly url: string;
  /** Asks over a connection of its own. Rejects where there is no answer in half a minute. */
  send(question: Question): Promise<Answer>;
  /** Sends pieces as they stand until something comes back, and returns what came before the end or 3 s of silence. */
  sendRaw(...pieces: readonly (string | Uint8Array)[]): Promise<RawAnswer>;
  /** Opens a connection for nothing in particular. */
  connect(): ReturnType<typeof connectPlain>;
}

/** Milliseconds. */
const patience = 30_000;
const rawSilence = 3_000;

/** Seconds of a limit that is waited out: those of a minute, none of an hour. */
const longestWait = 65;

/** `look` sees every answer. */
export function createTarget(url: string, look: (question: Question, answer: Answer) => void): Target {
  const { protocol, hostname, port } = new URL(url);
  const secure = protocol === 'https:';
  const connect = () => {
    const place = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (secure ? 443 : 80) };
    const socket = secure ? connectTls({ ...place, servername: hostname }) : connectPlain(place);
    // What a broken connection means, the attack decides by what came back.
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
      signal: AbortSignal.timeout(patience),
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
      if (answer.status !== 429 || question.impatient || !(wait <= longestWait)) return answer;
      await delay((wait + 1) * 1000);
      return ask(question);
    },
    async sendRaw(...pieces) {
      const socket = connect();
      socket.setTimeout(rawSilence);
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

/** Short, for the line of a finding. */
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
  // No body, in chunks.
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
