import {
  AppError,
  type Contract,
  errorsOf,
  type Reply,
  type RouteDefinition,
  successStatus,
} from '@valuecanvas/contracts-core';
import {
  type Call,
  defineService,
  FileBody,
  type Implementation,
  identityVariables,
  internalTokenAuthenticator,
  kitVariables,
  type PlainHandler,
  Respond,
  StreamBody,
} from '@valuecanvas/service-kit';
import { Value } from 'typebox/value';
import type { TestIdentities } from './test-identities.ts';
import { startTestService, type TestService } from './test-service.ts';

/** Handlers of a stub, by the names of its contract's routes. */
export type StubHandlers<C extends Contract> = {
  readonly [K in keyof C['routes']]?: PlainHandler<C['routes'][K]>;
};

/** Causes an unhandled rejection, so that Vitest fails the run even if the caller hides the stub's 500. */
const failRun = (fault: Error): void => void Promise.reject(fault);

/**
 * Starts a stub of a service that follows its contract in both directions. The service kit validates requests, internal
 * tokens and callers. `onFault` gets each call of an operation without a handler and each reply, status or error code
 * outside the contract. The caller then gets INTERNAL_ERROR.
 */
export function stubService<C extends Contract>(
  contract: C,
  handlers: StubHandlers<C>,
  identities: TestIdentities,
  onFault: (fault: Error) => void = failRun,
): Promise<TestService> {
  const served = Object.entries(contract.routes).map(([name, definition]) => ({
    definition,
    async handle(call: Call): Promise<unknown> {
      try {
        return await answer(definition, handlers[name as keyof C['routes']], call);
      } catch (error) {
        // A handler may end with its signal once the caller has disconnected.
        if (!(error instanceof AppError) && error !== call.signal.reason) onFault(error as Error);
        throw error;
      }
    },
  }));
  const routes: Implementation<C> = { contract, served, forwarded: [] };
  const definition = defineService({
    contract,
    variables: { ...kitVariables({ public: 0, internal: 0 }), ...identityVariables },
    compose: async ({ config, now }) => ({
      authenticate: await internalTokenAuthenticator(contract, config.INTERNAL_PUBLIC_KEYS, now),
      probes: {},
      routes,
    }),
  });
  return startTestService(definition, {}, identities);
}

async function answer(route: RouteDefinition, handler: unknown, call: Call): Promise<unknown> {
  if (typeof handler !== 'function') throw new Error(`The stub has no handler for ${route.id}.`);
  try {
    const outcome: unknown = await handler(call);
    assertPromised(route, outcome);
    return outcome;
  } catch (error) {
    const isUnanswered = error instanceof AppError && error.code === 'NOT_FOUND' && call.storedAnswerOnly;
    if (error instanceof AppError && !isUnanswered && !errorsOf(route).includes(error.code))
      throw new Error(`The stub of ${route.id} threw ${error.code}, which its contract does not declare.`);
    throw error;
  }
}

function assertPromised(route: RouteDefinition, outcome: unknown): void {
  if (outcome instanceof StreamBody || outcome instanceof FileBody) return;
  const { status, value } =
    outcome instanceof Respond ? outcome : { status: successStatus(route), value: outcome };
  const usual = status === successStatus(route) ? route.reply : undefined;
  const reply = route.otherReplies?.[status] ?? usual;
  if (!reply)
    throw new Error(`The stub of ${route.id} returned ${status}, which its contract does not declare.`);
  assertFits(route.id, reply, value);
}

function assertFits(id: string, reply: Reply, value: unknown): void {
  if (reply.kind === 'empty' || reply.kind === 'file' || value instanceof Uint8Array) return;
  const values = reply.kind === 'list' ? (value as { readonly items: readonly unknown[] }).items : [value];
  for (const each of values) {
    const [fault] = Value.Errors(reply.schema, JSON.parse(JSON.stringify(each ?? null)));
    if (fault)
      throw new Error(
        `The stub of ${id} returned an invalid ${fault.instancePath || 'value'}: ${fault.message}`,
      );
  }
}
