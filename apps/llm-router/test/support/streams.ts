import { headers } from '@valuecanvas/contracts-core';
import type { TestService } from '@valuecanvas/testing';
import { llama, type Platform } from './platform.ts';

export interface StreamRequest {
  readonly path?: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Sends a stream request as the gateway would, and returns the response after its head. */
export async function askForStream(
  platform: Platform,
  router: TestService,
  { path = '/v1/chat/completions', body = {}, headers: more = {}, signal }: StreamRequest = {},
): Promise<Response> {
  const identity = await platform.identities.signer('gateway')('llm-router', platform.user);
  return fetch(router.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [headers.identity]: identity, ...more },
    body: JSON.stringify({ ...question, ...body }),
    ...(signal ? { signal } : {}),
  });
}

const question = {
  model: llama,
  messages: [{ role: 'user', content: 'How can a bakery win commuters?' }],
  stream: true,
};

/** Parses the event data of an OpenAI stream; `[DONE]` is returned unchanged. */
export function chunksOf(text: string): unknown[] {
  return [...text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) =>
    data === '[DONE]' ? data : JSON.parse(data),
  );
}

/** Parses the events of a chat stream. */
export function eventsOf(text: string): { readonly event: string; readonly data: unknown }[] {
  return [...text.matchAll(/^event: (.*)\nid: \d+\ndata: (.*)$/gm)].map(([, event = '', data = '']) => ({
    event,
    data: JSON.parse(data),
  }));
}
