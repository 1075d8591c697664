import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Service, services } from '@valuecanvas/database';
import { freePort } from '@valuecanvas/local-servers';
import type { PlatformPorts, ServicePorts } from './ports.ts';

const host = '127.0.0.1';

/** Time for a process to listen. Until then, connections to it wait. */
const listensWithinMs = 10_000;
const retryMs = 50;

/** Holds a port open while the processes behind it change. */
export interface PortRelay {
  /** Forwards new connections to this port from now on. Open connections stay where they are. */
  forwardTo(port: number): void;
  /** Ends all connections and frees the port. */
  close(): Promise<void>;
}

/**
 * Listens on a port and forwards its connections. Two processes at one port (SO_REUSEPORT) would lose those that the
 * kernel assigned to the old process just before it closed the port. Rejects if the port is taken.
 */
export async function openPortRelay(port: number): Promise<PortRelay> {
  let target: number | undefined;
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    open.add(client);
    client.once('close', () => open.delete(client));
    void reach(() => target, client).then((service) => (service ? join(client, service) : client.destroy()));
  });
  await once(server.listen(port, host), 'listening');
  return {
    forwardTo(next) {
      target = next;
    },
    async close() {
      await closeServer(server, open);
    },
  };
}

/** Connects to the current target, and repeats refused attempts as long as the client waits. */
async function reach(target: () => number | undefined, client: Socket): Promise<Socket | undefined> {
  client.on('error', () => client.destroy());
  const giveUpAt = performance.now() + listensWithinMs;
  while (!client.destroyed && performance.now() < giveUpAt) {
    const port = target();
    const service = port === undefined ? undefined : await connected(port);
    if (service) return service;
    await delay(retryMs);
  }
  return undefined;
}

async function connected(port: number): Promise<Socket | undefined> {
  const socket = connect({ port, host, allowHalfOpen: true, noDelay: true });
  try {
    await once(socket, 'connect');
    return socket;
  } catch {
    return undefined;
  }
}

/** Joins two connections: data and the end of each side reach the other, and a broken one breaks the other. */
function join(client: Socket, service: Socket): void {
  service.on('error', () => service.destroy());
  client.pipe(service).pipe(client);
  client.once('close', () => service.destroy());
  service.once('close', () => client.destroy());
  if (client.destroyed) service.destroy();
}

async function closeServer(server: Server, open: ReadonlySet<Socket>): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  for (const socket of open) socket.destroy();
  await closed;
}

/** Holds both ports of a service open while its processes change. */
export interface ServiceRelay {
  /** Chooses ports for the next process. */
  freshPorts(): Promise<ServicePorts>;
  /** Forwards new connections to the process at these ports from now on. */
  forwardTo(ports: ServicePorts): void;
}

/** Opens the ports of all services. They close when the platform has stopped. Rejects if one is taken. */
export async function openRelays(
  ports: PlatformPorts,
  cleanup: AsyncDisposableStack,
): Promise<Readonly<Record<Service, ServiceRelay>>> {
  const open = async (port: number): Promise<PortRelay> => {
    const relay = await openPortRelay(port);
    cleanup.defer(relay.close);
    return relay;
  };
  const relays: Partial<Record<Service, ServiceRelay>> = {};
  for (const service of services) {
    const requests = await open(ports[service].port);
    const internal = await open(ports[service].internalPort);
    relays[service] = {
      freshPorts: async () => ({ port: await freePort(), internalPort: await freePort() }),
      forwardTo(next) {
        requests.forwardTo(next.port);
        internal.forwardTo(next.internalPort);
      },
    };
  }
  return relays as Readonly<Record<Service, ServiceRelay>>;
}
