import { once } from 'node:events';
import { createServer } from 'node:net';
import { serviceTable } from '@valuecanvas/contracts-core';
import { type Service, services } from '@valuecanvas/database';
import { freePort } from '@valuecanvas/local-servers';
import { StackError } from './stack-error.ts';

export interface ServicePorts {
  readonly port: number;
  /** Port of health checks and metrics. */
  readonly internalPort: number;
}

export type PlatformPorts = Readonly<Record<Service, ServicePorts>>;

export type ChosenPorts = PlatformPorts & { readonly simulator: number };

/** The gateway's default port. PORT overrides it. */
export const usualGateway = serviceTable.gateway.port;

/**
 * Chooses the ports of the table of services, and free ports instead of taken ones. If the gateway has another port, all
 * ports are free ones: two clones that start at the same time must not both find the usual ports free.
 */
export async function choosePorts(gatewayPort: number): Promise<ChosenPorts> {
  const given = new Set([gatewayPort]);
  const giveFree = async (): Promise<number> => {
    let port = await freePort();
    while (given.has(port)) port = await freePort();
    given.add(port);
    return port;
  };
  const give = async (wanted: number): Promise<number> => {
    if (gatewayPort !== usualGateway || given.has(wanted) || !(await isFree(wanted))) return giveFree();
    given.add(wanted);
    return wanted;
  };
  const chosen: Partial<Record<Service, ServicePorts>> = {};
  for (const service of services) {
    const port = service === 'gateway' ? gatewayPort : await give(serviceTable[service].port);
    chosen[service] = { port, internalPort: await give(serviceTable[service].internalPort) };
  }
  return { ...(chosen as PlatformPorts), simulator: await giveFree() };
}

/** Returns true if a port is free on both addresses that `localhost` can mean. Throws StackError. */
export async function isFree(port: number): Promise<boolean> {
  return (await canListen(port, '127.0.0.1')) && (await canListen(port, '::1'));
}

async function canListen(port: number, host: string): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen({ port, host }), 'listening');
  } catch (error) {
    return judge(error as NodeJS.ErrnoException, port);
  }
  server.close();
  await once(server, 'close');
  return true;
}

function judge(error: NodeJS.ErrnoException, port: number): boolean {
  if (error.code === 'EADDRINUSE') return false;
  if (error.code === 'EACCES') {
    throw new StackError(
      `This user may not listen on port ${port}: choose one above 1023, as in \`PORT=3000 npm start\`.`,
    );
  }
  // A machine without IPv6 has no ::1, so no process listens there.
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT') return true;
  throw error;
}
