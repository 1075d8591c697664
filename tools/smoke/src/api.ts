import { Mismatch } from './mismatch.ts';

/** Request timeout: the longest deadline of any route, plus a margin. */
const patienceMs = 100_000;

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** The caller's access token; absent for an anonymous request. */
  readonly token?: string;
  readonly body?: unknown;
  /** Default: JSON's. */
  readonly contentType?: string;
  /** Expected status; default 200. */
  readonly status?: number;
}

/** A client of one deployment. */
export interface Api {
  /** Returns the body, parsed if it is JSON, else as text. Throws Mismatch for another status. */
  send(path: string, call?: Call): Promise<unknown>;
  /** Returns the answer's `data` object. Throws Mismatch for another status or envelope. */
  data(path: string, call?: Call): Promise<Record<string, unknown>>;
  /** Returns the items of a list. Throws Mismatch for another status or envelope. */
  list(path: string, call?: Call): Promise<Record<string, unknown>[]>;
}

export function createApi(url: string): Api {
  const send = async (path: string, call: Call = {}): Promise<unknown> => {
    const { method = 'GET', status = 200 } = call;
    const response = await fetch(`${url}${path}`, request(method, call)).catch((error: unknown) => {
      throw new Mismatch(`${method} ${path} got no answer: ${reason(error)}`);
    });
    const body = parse(await response.text());
    if (response.status === status) return body;
    const what = `${method} ${path} answered ${response.status} instead of ${status}: ${short(body)}`;
    throw new Mismatch(what, response.status);
  };
  const envelope = async (path: string, call?: Call): Promise<unknown> => {
    const body = await send(path, call);
    if (isRecord(body) && body.success === true && 'data' in body) return body.data;
    throw new Mismatch(`${path} answered without the envelope { success: true, data }: ${short(body)}`);
  };
  return {
    send,
    async data(path, call) {
      const data = await envelope(path, call);
      if (isRecord(data)) return data;
      throw new Mismatch(`${path} answered with data that is not an object: ${short(data)}`);
    },
    async list(path, call) {
      const data = await envelope(path, call);
      if (Array.isArray(data) && data.every(isRecord)) return data;
      throw new Mismatch(`${path} answered with data that is not a list: ${short(data)}`);
    },
  };
}

function request(method: string, { token, body, contentType = 'application/json' }: Call): RequestInit {
  const headers: Record<string, string> = {};
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  if (body !== undefined) headers['content-type'] = contentType;
  const content = body === undefined ? {} : { body: JSON.stringify(body) };
  return { method, headers, ...content, signal: AbortSignal.timeout(patienceMs) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function short(value: unknown): string {
  return (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 400);
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
