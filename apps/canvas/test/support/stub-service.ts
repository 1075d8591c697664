import { AppError, type Contract } from '@valuecanvas/contracts-core';
import {
  believeInternalTokens,
  type Call,
  defineService,
  identityVariables,
  kitVariables,
  serve,
} from '@valuecanvas/service-kit';
import { startTestService, type TestIdentities, type TestService } from '@valuecanvas/testing';

/** How a stub answers, by the names of its contract's routes; a route without an answer is NOT_FOUND. */
export type StubAnswers<C extends Contract> = Partial<Record<keyof C['routes'], (call: Call) => unknown>>;

/** A stand-in of another service: its contract decides who is let in and what its answers look like. */
export function startStub<C extends Contract>(
  contract: C,
  answers: StubAnswers<C>,
  identities: TestIdentities,
): Promise<TestService> {
  const routes = Object.entries(contract.routes).map(([name, route]) =>
    serve(route, (call) => {
      const answer = answers[name as keyof C['routes']];
      if (!answer) throw new AppError('NOT_FOUND');
      return answer(call as Call) as never;
    }),
  );
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
