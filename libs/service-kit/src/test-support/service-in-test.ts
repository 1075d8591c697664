import {
  type Contract,
  defineContract,
  headers,
  type Principal,
  type RouteDefinition,
  type ServiceName,
} from '@valuecanvas/contracts-core';
import {
  createInternalSigner,
  createSigningKey,
  type InternalSigner,
  importSigningKey,
} from '@valuecanvas/identity';
import { onTestFinished } from 'vitest';
import { identityVariables, kitVariables, modelVariables } from '../config/kit-variables.ts';
import type { Environment } from '../config/parse-config.ts';
import { internalTokenAuthenticator } from '../http/authenticator.ts';
import type { BoundRoute, Handler } from '../http/implement.ts';
import { type Composition, defineService, type Kit } from '../run/service-definition.ts';
import { type RunningService, startService } from '../run/start-service.ts';

/** Fields that a test route needs but that the test is not about. */
export const words = { summary: 'A route', description: 'A test route.', errors: [] } as const;

/** Services that may call the service under test. */
const callers = ['gateway', 'job-worker'] as const satisfies readonly ServiceName[];

/** Services whose keys it has, including some that may not call it. */
const signing = [...callers, 'llm-router'] as const satisfies readonly ServiceName[];

export interface RequestInTest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON unless it is a string. */
  readonly body?: unknown;
  /** Principal in the internal token. Defaults to anonymous. */
  readonly as?: Principal;
  /** Service that signs the token. Defaults to the gateway. */
  readonly from?: ServiceName;
}

export interface AnswerInTest {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies whose shape they are about to assert
  readonly body: any;
}

export interface ServiceInTest extends RunningService {
  request(path: string, request?: RequestInTest): Promise<AnswerInTest>;
  /** Returns a token for the service under test, signed by the gateway unless stated otherwise. */
  token(principal: Principal, from?: ServiceName, audience?: ServiceName): Promise<string>;
  /** Log lines so far. */
  readonly lines: readonly Record<string, unknown>[];
}

export interface Setup {
  readonly routes: readonly BoundRoute[];
  readonly contract?: Contract;
  readonly environment?: Environment;
  readonly compose?: (kit: Kit) => Partial<Composition>;
  readonly now?: () => number;
}

/** Binds a handler to a route without a contract. */
export function serve<R extends RouteDefinition>(definition: R, handle: Handler<R>): BoundRoute {
  return { definition, handle: handle as unknown as BoundRoute['handle'] };
}

/** Returns a contract of only these routes. */
export function contractOf(routes: readonly BoundRoute[]): Contract {
  return defineContract({
    service: 'canvas',
    title: 'Test',
    description: 'Test routes.',
    prefixes: ['/test'],
    callers: [...callers],
    routes: Object.fromEntries(routes.map(({ definition }) => [definition.id, definition])),
  });
}

/** Starts a service on free ports with real tokens. It stops with the test. */
export async function startInTest(setup: Setup): Promise<ServiceInTest> {
  const lines: Record<string, unknown>[] = [];
  const { signers, publicKeys } = await keys;
  const contract = setup.contract ?? contractOf(setup.routes);
  const definition = defineService({
    contract,
    variables: { ...kitVariables({ public: 0, internal: 0 }), ...modelVariables, ...identityVariables },
    compose: async (kit) => ({
      authenticate: await internalTokenAuthenticator(contract, kit.config.INTERNAL_PUBLIC_KEYS, kit.now),
      probes: {},
      routes: { contract, served: setup.routes, forwarded: [] },
      ...setup.compose?.(kit),
    }),
  });
  const service = await startService(
    definition,
    { HOST: '127.0.0.1', SHUTDOWN_DRAIN_MS: '0', INTERNAL_PUBLIC_KEYS: publicKeys, ...setup.environment },
    { logTo: { write: (line) => lines.push(JSON.parse(line)) }, ...(setup.now ? { now: setup.now } : {}) },
  );
  onTestFinished(() => service.stop());
  const token = (principal: Principal, from: ServiceName = 'gateway', audience = contract.service) => {
    const sign = signers.get(from);
    if (!sign) throw new Error(`${from} has no key in this test.`);
    return sign(audience, principal);
  };
  return {
    ...service,
    lines,
    token,
    request: (path, request = {}) => send(service.url, path, request, token),
  };
}

/** Keys shared by all tests of a file, because generating them is slow. */
const keys = makeKeys();

async function makeKeys(): Promise<{ signers: Map<ServiceName, InternalSigner>; publicKeys: string }> {
  const signers = new Map<ServiceName, InternalSigner>();
  const publicKeys: Record<string, unknown> = {};
  for (const issuer of signing) {
    const { signingKey, publicKey } = await createSigningKey();
    signers.set(issuer, createInternalSigner({ issuer, key: await importSigningKey(signingKey) }));
    publicKeys[issuer] = publicKey;
  }
  return { signers, publicKeys: JSON.stringify(publicKeys) };
}

async function send(
  url: string,
  path: string,
  { method = 'GET', headers: given = {}, body, as = { kind: 'anonymous' }, from }: RequestInTest,
  token: ServiceInTest['token'],
): Promise<AnswerInTest> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      [headers.identity]: await token(as, from),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...given,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') && text !== '';
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : text };
}
