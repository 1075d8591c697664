import { once } from 'node:events';
import { createServer } from 'node:net';
import { type Service, services } from '@valuecanvas/database';
import { freePort } from '@valuecanvas/local-servers';
import { StackError } from './stack-error.ts';

export interface ServicePorts {
  readonly port: number;
  /** Of health checks and metrics. */
  readonly internalPort: number;
}

export type PlatformPorts = Readonly<Record<Service, ServicePorts>>;

export type ChosenPorts = PlatformPorts & { readonly simulator: number };

/** Where the gateway is unless PORT says otherwise. */
export const usualGateway = 3000;
/** Where the others are beside it, as long as nobody else is there. */
const usual: Readonly<Record<Exclude<Service, 'gateway'>, number>> = {
  'llm-router': 3101,
  canvas: 3102,
  'prompt-registry': 3103,
  'feature-flags': 3104,
  'job-worker': 3105,
};
const usualInternal: Readonly<Record<Service, number>> = {
  gateway: 9100,
  'llm-router': 9101,
  canvas: 9102,
  'prompt-registry': 9103,
  'feature-flags': 9104,
  'job-worker': 9105,
};

/**
 * The usual ports, and free ones in place of those that are taken. Beside a gateway elsewhere all others are free ones:
 * two clones that start at the same moment must not both find the usual ports free.
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
    const port = service === 'gateway' ? gatewayPort : await give(usual[service]);
    chosen[service] = { port, internalPort: await give(usualInternal[service]) };
  }
  return { ...(chosen as PlatformPorts), simulator: await giveFree() };
}

/** Whether nobody listens there, on either of the addresses that `localhost` can mean. Throws StackError. */
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
  // A machine without IPv6 has no ::1, so nobody can be there.
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT') return true;
  throw error;
}
