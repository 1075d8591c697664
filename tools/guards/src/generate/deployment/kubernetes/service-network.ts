import { type ServiceName, serviceNames, serviceTable, variablePrefix } from '@valuecanvas/contracts-core';
import type { ServiceVariables } from '@valuecanvas/environment';
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import {
  type EgressRule,
  egress,
  type IngressRule,
  neighbours,
  networkPolicy,
  podsIn,
  podsOf,
  tcp,
} from './objects.ts';

/** Variables that name a server on the internet, which their service then may call. */
const internetVariables = ['TOGETHER_BASE_URL', 'SUPABASE_URL', 'NOTIFICATION_WEBHOOK_URL'];

/** Ports of a service that another service calls. */
interface Call {
  readonly caller: ServiceName;
  readonly callee: ServiceName;
  readonly port: 'http' | 'internal';
}

/** The calls between services. A service calls another one if it reads that service's address. */
export function callsBetween(services: readonly ServiceVariables[]): Call[] {
  return services.flatMap(({ service: caller, variables }) => {
    const names = new Set(variables.map(({ name }) => name));
    return serviceNames.flatMap((callee) =>
      (
        [
          ['_URL', 'http'],
          ['_INTERNAL_URL', 'internal'],
        ] as const
      ).flatMap(([suffix, port]) =>
        names.has(`${variablePrefix(callee)}${suffix}`) ? [{ caller, callee, port }] : [],
      ),
    );
  });
}

/** Allows a service the calls of the platform, its data, names, traces, and the internet if its work is there. */
export function serviceNetworkPolicy(
  { service, variables }: ServiceVariables,
  calls: readonly Call[],
): INetworkPolicy {
  const reads = (...names: string[]) => variables.some(({ name }) => names.includes(name));
  return networkPolicy(service, {
    ingress: ingressOf(
      service,
      calls.filter(({ callee }) => callee === service),
    ),
    egress: [
      egress.names,
      ...egressTo(calls.filter(({ caller }) => caller === service)),
      ...(reads('DATABASE_URL') ? [egress.postgres] : []),
      ...(reads('REDIS_URL') ? [egress.redis] : []),
      ...(reads('SMTP_URL') ? [egress.mail] : []),
      ...(reads('OTEL_EXPORTER_OTLP_ENDPOINT') ? [egress.collector] : []),
      ...(reads(...internetVariables) ? [egress.internet] : []),
    ],
  });
}

function ingressOf(service: ServiceName, calls: readonly Call[]): IngressRule[] {
  const callersOf = (port: Call['port']) =>
    calls.filter((call) => call.port === port).map(({ caller }) => podsOf(caller));
  const isEdge = service === 'gateway';
  const clients = isEdge ? [podsIn(neighbours.ingress)] : callersOf('http');
  return [
    ...(clients.length > 0 ? [{ from: clients, ports: [tcp('http')] }] : []),
    { from: [...callersOf('internal'), podsIn(neighbours.observability)], ports: [tcp('internal')] },
  ];
}

function egressTo(calls: readonly Call[]): EgressRule[] {
  return [...Map.groupBy(calls, ({ callee }) => callee)].map(([callee, group]) => ({
    to: [podsOf(callee)],
    ports: group.map(({ port }) =>
      tcp(port === 'http' ? serviceTable[callee].port : serviceTable[callee].internalPort),
    ),
  }));
}
