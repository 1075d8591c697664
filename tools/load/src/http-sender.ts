import { Agent } from 'undici';
import type { Answer, Request, Send } from './exchange.ts';

/** Longest wait for an answer: the longest deadline of any route, plus a margin. */
const timeoutMs = 100_000;

/** Sends requests over connections that stay open, as browsers and clients of APIs do. */
export function createSender(url: string): { readonly send: Send; close(): Promise<void> } {
  const agent = new Agent({ headersTimeout: timeoutMs, bodyTimeout: timeoutMs, connections: null });
  const send: Send = async (request) => {
    const begin = performance.now();
    const answer = await exchange(agent, url, request).catch(() => ({ status: 0, body: undefined }));
    return { ...answer, durationMs: performance.now() - begin };
  };
  return { send, close: () => agent.destroy() };
}

async function exchange(
  agent: Agent,
  origin: string,
  { method, path, token, body }: Request,
): Promise<Omit<Answer, 'durationMs'>> {
  const response = await agent.request({
    origin,
    method,
    path,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const retryAfter = Number(response.headers['retry-after']);
  return {
    status: response.statusCode,
    body: parse(await response.body.text()),
    ...(Number.isFinite(retryAfter) ? { retryAfterSeconds: retryAfter } : {}),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
