import { AppError, type Contract } from '@valuecanvas/contracts-core';
import {
  type BoundRoute,
  believeInternalTokens,
  type Call,
  defineService,
  identityVariables,
  kitVariables,
  serve,
} from '@valuecanvas/service-kit';
import { startTestService, type TestIdentities, type TestService } from '@valuecanvas/testing';

type Answer = (call: Call) => unknown;

/** A service that serves a whole contract: the routes given here by their names, NOT_FOUND for the others. */
export function startStub<C extends Contract>(
  contract: C,
  answers: Partial<Record<keyof C['routes'], Answer>>,
  identities: TestIdentities,
): Promise<TestService> {
  const routes = Object.entries(contract.routes).map(([name, route]): BoundRoute => {
    const answer = answers[name as keyof C['routes']] ?? refuse;
    return serve(route, (call) => answer(call as Call) as never);
  });
  const definition = defineService({
    contract,
    variables: { ...kitVariables({ public: 0, internal: 0 }), ...identityVariables },
    compose: async ({ config, now }) => ({
      authenticate: await believeInternalTokens(contract, config.INTERNAL_PUBLIC_KEYS, now),
      probes: {},
      routes,
    }),
  });
  return startTestService(definition, {}, identities);
}

function refuse(): never {
  throw new AppError('NOT_FOUND');
}
