import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { serviceTable } from '@valuecanvas/contracts-core';
import { services } from '@valuecanvas/database';
import { freePort } from '@valuecanvas/local-servers';
import { expect, onTestFinished, test } from 'vitest';
import { choosePorts, isFree, usualGateway } from './ports.ts';
import { requireGatewayPort, requireSupported } from './preflight.ts';

async function takenPort(host: string, port = 0): Promise<number> {
  const server = createServer().listen(port, host);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

function tolerateTaken(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EADDRINUSE') throw error;
}

test.each(['127.0.0.1', '0.0.0.0', '::1'])('a port that is taken on %s is not free', async (host) => {
  expect(await isFree(await takenPort(host))).toBe(false);
});

test('for a taken gateway port, the message names a command with another port', async () => {
  const port = await takenPort('127.0.0.1');
  await expect(requireGatewayPort(port)).rejects.toThrow(
    new RegExp(`Port ${port} is taken: .*PORT=${port === 65_535 ? 3000 : port + 1} npm start`),
  );
});

test('a service gets a free port if its usual one is taken', async () => {
  const usual = serviceTable.canvas.port;
  // Another platform on this machine may use it already.
  await takenPort('127.0.0.1', usual).catch(tolerateTaken);
  const chosen = await choosePorts(usualGateway);
  expect(chosen.canvas.port).not.toBe(usual);
  expect(await isFree(chosen.canvas.port)).toBe(true);
});

test('a second clone, with another gateway port, leaves the usual ports to the first', async () => {
  const chosen = await choosePorts(3001);
  const others = services.filter((service) => service !== 'gateway').map((service) => chosen[service].port);
  const usual = services.map((service) => serviceTable[service].port);
  expect(others.filter((port) => usual.some((taken) => taken === port))).toEqual([]);
});

test('no port is chosen twice', async () => {
  const chosen = await choosePorts(await freePort());
  const all = [chosen.simulator, ...services.flatMap((service) => Object.values(chosen[service]))];
  expect(new Set(all).size).toBe(all.length);
});

test.each([
  ['win32', 'x64'],
  ['linux', 'ia32'],
])('%s on %s is refused with an alternative', (platform, arch) => {
  expect(() => requireSupported(platform, arch)).toThrow(/Docker Compose/);
});
