import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { loadProgram } from './support/load-program.ts';
import { startGateway } from './support/start-gateway.ts';

const clients = 12;

/** Longer than the gateway keeps an idle connection, as in production. */
const draining = { SHUTDOWN_DRAIN_MS: '5000' };

interface Answered {
  readonly id: string;
  readonly status: number;
}

test('a restart of a single replica under load loses no request and processes none twice', async () => {
  const program = './restarted-service.ts';
  const predecessor = await loadProgram(program, draining);
  const url = await predecessor.start();
  const gateway = await startGateway({ CANVAS_URL: url });
  onTestFinished(() => gateway.stop());
  const answered: Answered[] = [];
  let going = true;

  const client = async (name: number): Promise<void> => {
    for (let turn = 0; going; turn += 1) {
      const id = `client-${name}-turn-${turn}`;
      const headers = { 'x-request-id': id, 'x-forwarded-for': `192.0.2.${name}` };
      const { status } =
        turn % 2 === 0
          ? await gateway.service.request('/api/canvas', { headers })
          : await gateway.service.request('/api/canvas/generate', {
              method: 'POST',
              headers,
              body: { businessDescription: 'a shop' },
            });
      answered.push({ id, status });
    }
  };
  const load = Promise.all(Array.from({ length: clients }, (_, name) => client(name)));

  const { port: PORT } = new URL(url);
  const successor = await loadProgram(program, { PORT, ...draining });
  expect(await predecessor.stop()).toBe(0);
  const before = answered.length;
  await successor.start();
  await expect.poll(() => answered.length).toBeGreaterThan(before + 100);
  going = false;
  await load;
  await successor.stop();

  const carriedOut = [predecessor, successor]
    .flatMap(({ lines }) => lines)
    .flatMap(({ message, requestId }) => (message === 'carried out' && requestId ? [requestId] : []));
  expect(answered.filter(({ status }) => status !== 200)).toEqual([]);
  expect(carriedOut.toSorted()).toEqual(answered.map(({ id }) => id).toSorted());
}, 300_000);

test('a gateway that shuts down answers requests in flight and asks clients to reconnect', async () => {
  const gateway = await startGateway();
  const waiting: ServerResponse[] = [];
  gateway.upstream.answer((request, response) => {
    request.resume();
    waiting.push(response);
  });
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const answers = ['GET', 'POST', 'PUT'].map(async (method) => {
    const sent = httpRequest(`${gateway.service.url}/api/canvas/1`, { method, agent });
    sent.end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return response.resume();
  });
  await expect.poll(() => waiting.length).toBe(answers.length);
  const stopped = gateway.service.stop();
  await expect
    .poll(() =>
      fetch(`${gateway.service.url}/health/live`).then(
        () => 'served',
        () => 'refused',
      ),
    )
    .toBe('refused');
  for (const response of waiting) response.end('done');
  const received = await Promise.all(answers);
  expect(received.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200]);
  expect(received.map(({ headers }) => headers.connection)).toEqual(['close', 'close', 'close']);
  await stopped;
  await gateway.stop();
});
