import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createWebhookSender, WebhookError } from './create-webhook-sender.ts';

/** A receiver that answers as `answer` says, with the requests that it got. */
async function receiver(answer: (response: ServerResponse, request: IncomingMessage) => void) {
  const requests: {
    readonly url: string | undefined;
    readonly headers: IncomingMessage['headers'];
    readonly body: string;
  }[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    requests.push({ url: request.url, headers: request.headers, body });
    answer(response, request);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { requests, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` };
}

const message = { body: '{"text":"Grüße"}', headers: { 'webhook-id': 'n-1' } };

test('a message arrives with its headers and its exact bytes', async () => {
  const { url, requests } = await receiver((response) => response.writeHead(204).end());
  await createWebhookSender({ allowPrivate: true }).post(url, message);
  expect(requests).toHaveLength(1);
  expect(requests[0]).toMatchObject({
    body: message.body,
    headers: { 'webhook-id': 'n-1', 'content-type': 'application/json', 'content-length': '18' },
  });
});

test.each([400, 404, 429, 500, 503])('an answer of %i is an error with its status', async (status) => {
  const { url } = await receiver((response) => response.writeHead(status).end('secret'));
  const posted = createWebhookSender({ allowPrivate: true }).post(url, message);
  await expect(posted).rejects.toEqual(new WebhookError(`The target answered ${status}.`, status));
});

test('a redirect is an error, and its target receives nothing', async () => {
  const target = await receiver((response) => response.end());
  const { url } = await receiver((response) => response.writeHead(307, { location: target.url }).end());
  const posted = createWebhookSender({ allowPrivate: true }).post(url, message);
  await expect(posted).rejects.toMatchObject({ status: 307 });
  expect(target.requests).toEqual([]);
});

test.each<[string, (response: ServerResponse) => void]>([
  ['never answers', () => undefined],
  ['never ends its answer', (response) => void response.writeHead(200).write('{')],
])('a target that %s is an error after the timeout', async (_name, answer) => {
  const { url } = await receiver(answer);
  const posted = createWebhookSender({ allowPrivate: true, timeoutMs: 100 }).post(url, message);
  await expect(posted).rejects.toThrow('The target did not answer within 100 ms.');
});

test('an answer without end is cut off, and its status counts', async () => {
  const { url } = await receiver((response) => {
    response.writeHead(200);
    const write = () => {
      while (!response.destroyed && response.write(Buffer.alloc(16_384)));
    };
    response.on('drain', write);
    write();
  });
  await createWebhookSender({ allowPrivate: true }).post(url, message);
});

test('a target that refuses connections is an error that does not name its address', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  const posted = createWebhookSender({ allowPrivate: true }).post(`http://127.0.0.1:${port}/token`, message);
  await expect(posted).rejects.toEqual(new WebhookError('The target is unavailable: ECONNREFUSED.'));
});

test('the signal of the caller ends a request', async () => {
  const stopping = new AbortController();
  const { url, requests } = await receiver(() => stopping.abort());
  const posted = createWebhookSender({ allowPrivate: true }).post(url, message, stopping.signal);
  await expect(posted).rejects.toThrow(WebhookError);
  expect(requests).toHaveLength(1);
});

test('private addresses and plain HTTP are refused without a connection', async () => {
  const { url, requests } = await receiver((response) => response.end());
  const { port } = new URL(url);
  const sender = createWebhookSender();
  for (const host of ['127.0.0.1', '127.1', '2130706433', '[::1]', '[::ffff:127.0.0.1]', '169.254.169.254'])
    await expect(sender.post(`https://${host}:${port}/`, message)).rejects.toThrow('not a public address');
  for (const target of [url, 'ftp://example.com/', 'file:///etc/passwd'])
    await expect(sender.post(target, message)).rejects.toThrow('must be an address with https');
  expect(requests).toEqual([]);
});

test.each([
  ['a private address', ['10.0.0.1']],
  ['a public and a private address', ['93.184.216.34', '127.0.0.1']],
])('a name with %s is refused when it is resolved', async (_name, addresses) => {
  const resolve = ((_host: string, _options: object, callback: (error: null, found: object[]) => void) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: 4 })),
    )) as unknown as typeof import('node:dns').lookup;
  const posted = createWebhookSender({ resolve }).post('https://hooks.example.com/', message);
  await expect(posted).rejects.toThrow('The target is not a public address.');
});
