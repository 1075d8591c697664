import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

export interface ScriptedProvider {
  /** Base URL, as providers have one. */
  readonly url: string;
  /** The bodies that arrived, oldest first. */
  readonly requests: unknown[];
}

/** A provider that says one thing, whatever it is asked, and ends with the test: for what no real one would answer. */
export async function startScriptedProvider(
  answer: { readonly usage?: unknown; readonly choices?: readonly unknown[]; readonly tier?: string } = {},
): Promise<ScriptedProvider> {
  const { choices = [{ message: { content: 'Because.' }, finish_reason: 'stop' }], usage, tier } = answer;
  const requests: unknown[] = [];
  const server = createServer(async (request, response) => {
    requests.push(await json(request));
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
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, requests };
}
