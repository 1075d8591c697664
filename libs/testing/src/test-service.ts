import { type Contract, headers, type Principal, type ServiceName } from '@valuecanvas/contracts-core';
import { type Client, createClient } from '@valuecanvas/http-client';
import { type Environment, type ServiceDefinition, startService } from '@valuecanvas/service-kit';
import type { TestIdentities } from './test-identities.ts';

export interface TestRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON unless it is a string. */
  readonly body?: unknown;
  /** Principal in the internal token. Defaults to anonymous. */
  readonly as?: Principal;
  /** Calling service. Defaults to the gateway. */
  readonly from?: ServiceName;
}

export interface TestAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON, or text if the body is not JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies whose shape they are about to assert
  readonly body: any;
}

export interface TestService {
  readonly url: string;
  readonly internalUrl: string;
  request(path: string, request?: TestRequest): Promise<TestAnswer>;
  /** Creates a typed client of the service, as another service has it. */
  client<const C extends Contract>(contract: C, from?: ServiceName): Client<C>['call'];
  stop(): Promise<void>;
}

/** Starts a service in this process as in production, but on free ports and without logs. `now` is its clock. */
export async function startTestService(
  // biome-ignore lint/suspicious/noExplicitAny: any configuration will do; the environment is checked by the service
  definition: ServiceDefinition<any>,
  environment: Environment,
  identities: TestIdentities,
  options: { readonly now?: () => number } = {},
): Promise<TestService> {
  const complete = {
    HOST: '127.0.0.1',
    PORT: '0',
    INTERNAL_PORT: '0',
    LOG_LEVEL: 'silent',
    SHUTDOWN_DRAIN_MS: '0',
    INTERNAL_PUBLIC_KEYS: identities.publicKeys,
    INTERNAL_SIGNING_KEY: identities.signingKey(definition.contract.service),
    ...environment,
  };
  const service = await startService(definition, complete, options);
  const clients: Client<Contract>[] = [];
  return {
    url: service.url,
    internalUrl: service.internalUrl,
    async request(path, { method = 'GET', headers: given = {}, body, as, from = 'gateway' } = {}) {
      const identity = as && (await identities.signer(from)(definition.contract.service, as));
      const response = await fetch(`${service.url}${path}`, {
        method,
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(identity ? { [headers.identity]: identity } : {}),
          ...given,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      return { status: response.status, headers: response.headers, body: await readBody(response) };
    },
    client<const C extends Contract>(contract: C, from: ServiceName = 'gateway') {
      const client = createClient(contract, { baseUrl: service.url, sign: identities.signer(from) });
      clients.push(client as unknown as Client<Contract>);
      return client.call;
    },
    async stop() {
      await Promise.all(clients.splice(0).map((client) => client.close()));
      await service.stop();
    },
  };
}

async function readBody(response: Response): Promise<unknown> {
  const text = await response.text();
  return response.headers.get('content-type')?.includes('json') && text !== '' ? JSON.parse(text) : text;
}
