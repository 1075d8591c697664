import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  accepted,
  anyone,
  type CallContext,
  data,
  defineContract,
  defineRoute,
  empty,
  list,
  raw,
} from '@valuecanvas/contracts-core';
import Type from 'typebox';
import { onTestFinished } from 'vitest';
import { type Client, createClient } from '../create-client.ts';

const described = { description: 'A field.' };
const Item = Type.Object({ id: Type.String(described) });
const words = { summary: 'A route', description: 'A test route.', auth: anyone, errors: [] } as const;
const params = Type.Object({ id: Type.String(described) });

/** Contract with a route of each kind. */
export const contract = defineContract({
  service: 'llm-router',
  title: 'Test',
  description: 'One route of each kind.',
  prefixes: ['/items'],
  callers: ['canvas'],
  routes: {
    read: defineRoute({
      ...words,
      id: 'test.read',
      method: 'GET',
      path: '/items/:id',
      params,
      query: Type.Object({
        text: Type.Optional(Type.String(described)),
        deep: Type.Optional(Type.Boolean(described)),
      }),
      reply: data(Item),
      otherReplies: { 304: empty },
    }),
    all: defineRoute({ ...words, id: 'test.all', method: 'GET', path: '/items', reply: list(Item) }),
    save: defineRoute({
      ...words,
      id: 'test.save',
      method: 'POST',
      path: '/items',
      body: Item,
      status: 201,
      reply: data(Item),
    }),
    submit: defineRoute({
      ...words,
      id: 'test.submit',
      method: 'POST',
      path: '/items/jobs',
      reply: accepted(Type.Object({ statusUrl: Type.String(described) })),
    }),
    models: defineRoute({
      ...words,
      id: 'test.models',
      method: 'GET',
      path: '/items/models',
      reply: raw(Item),
    }),
    remove: defineRoute({
      ...words,
      id: 'test.remove',
      method: 'DELETE',
      path: '/items/:id',
      params,
      status: 204,
      reply: empty,
    }),
  },
});

export type Answer = (response: ServerResponse, request: Received) => void;

export interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface ServerInTest {
  readonly port: number;
  /** Requests so far. */
  readonly received: readonly Received[];
  close(): void;
}

/** Starts a bare HTTP server, which can behave as no real service would. It closes with the test. */
export async function serveInTest(answer: Answer, port = 0): Promise<ServerInTest> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const { method, url, headers } = request;
    const arrived = { method, url, headers, body: await text(request) };
    received.push(arrived);
    answer(response, arrived);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  onTestFinished(close);
  return { port: (server.address() as AddressInfo).port, received, close };
}

export const json =
  (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };

/** Creates a client whose tokens are the signed claims in plain text. It closes with the test. */
export function clientOf(
  port: number,
  beforeAttempt: () => unknown = () => undefined,
): Client<typeof contract>['call'] {
  const client = createClient(contract, {
    baseUrl: `http://127.0.0.1:${port}`,
    async sign(audience, principal) {
      await beforeAttempt();
      return JSON.stringify({ audience, principal });
    },
  });
  onTestFinished(() => client.close());
  return client.call;
}

/** Creates a client of a server that sends this response to every request. */
export async function clientFor(answer: Answer) {
  const server = await serveInTest(answer);
  return { server, call: clientOf(server.port) };
}

/** Creates the context of a call for a user, with a deadline in 10 s unless stated otherwise. */
export function contextFor(
  settings: Partial<CallContext> & { readonly timeoutMs?: number } = {},
): CallContext {
  const { timeoutMs = 10_000, ...rest } = settings;
  const endsAt = performance.now() + timeoutMs;
  return {
    requestId: 'request-in-test',
    principal: { kind: 'user', userId: 'u-1', tier: 'free', role: 'user', permissions: [] },
    operation: 'canvas.generate',
    signal: new AbortController().signal,
    remainingMs: () => Math.max(0, endsAt - performance.now()),
    ...rest,
  };
}
