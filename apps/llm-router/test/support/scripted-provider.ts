import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

export interface ScriptedProvider {
  /** The provider's base URL. */
  readonly url: string;
  /** Received bodies, oldest first. */
  readonly requests: unknown[];
  /** The same bodies as they were sent. */
  readonly bodies: string[];
}

/** A provider with one fixed answer, for answers that the simulator would not give. Closes with the test. */
export async function startScriptedProvider(
  answer: {
    readonly usage?: unknown;
    readonly choices?: readonly unknown[];
    readonly tier?: string;
    /** The event stream for requests with `stream`. */
    readonly events?: string;
  } = {},
): Promise<ScriptedProvider> {
  const {
    choices = [{ message: { content: 'Because.' }, finish_reason: 'stop' }],
    usage,
    tier,
    events,
  } = answer;
  const requests: unknown[] = [];
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    // The check of a router at its start.
    if (request.method === 'GET') return void response.end('{"object":"list","data":[]}');
    const bodyText = await text(request);
    bodies.push(bodyText);
    const body: unknown = JSON.parse(bodyText);
    requests.push(body);
    if (events !== undefined && (body as { readonly stream?: boolean }).stream) {
      response.setHeader('content-type', 'text/event-stream');
      response.end(events);
      return;
    }
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({ id: 'scripted', object: 'chat.completion', choices, usage, service_tier: tier }),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, requests, bodies };
}
