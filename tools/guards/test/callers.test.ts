import {
  anonymous,
  headers,
  isInternal,
  type Principal,
  type ServiceName,
  serviceNames,
} from '@valuecanvas/contracts-core';
import { type Authenticator, internalTokenAuthenticator } from '@valuecanvas/service-kit';
import { apiKeyPrincipal, createTestIdentities, userPrincipal } from '@valuecanvas/testing';
import { describe, expect, test } from 'vitest';
import { contractOf } from './service-contracts.ts';

interface Callers {
  /** Services that may vouch for any principal: a user, an administrator, an anonymous caller. */
  readonly forAny: readonly ServiceName[];
  /** Services that may call internal routes for themselves, and vouch for no other principal. */
  readonly forItself: readonly ServiceName[];
  /** Internal routes that only some of the latter may call. */
  readonly narrower?: Readonly<Record<string, readonly ServiceName[]>>;
}

/**
 * Allowed calls between services, stated here and not read from the contracts. The gateway calls every service, a service
 * calls another one to do work for a user, services that use an SDK fetch its snapshots, services that store an
 * operator's choice of a model check it, and the job worker and the registry evaluate prompts for the platform. No service calls the gateway.
 */
const table: Readonly<Record<ServiceName, Callers>> = {
  gateway: { forAny: [], forItself: [] },
  'llm-router': {
    forAny: ['gateway', 'canvas', 'job-worker'],
    forItself: ['prompt-registry', 'feature-flags'],
    narrower: { 'llm.chatForPlatform': ['prompt-registry'] },
  },
  canvas: { forAny: ['gateway', 'job-worker'], forItself: [] },
  'prompt-registry': {
    forAny: ['gateway'],
    forItself: ['canvas', 'llm-router', 'job-worker'],
    narrower: {
      'prompts.getSnapshot': ['canvas', 'llm-router'],
      'prompts.getEvaluationWork': ['job-worker'],
      'prompts.evaluateCase': ['job-worker'],
    },
  },
  'feature-flags': { forAny: ['gateway'], forItself: ['canvas', 'llm-router'] },
  'job-worker': { forAny: ['gateway'], forItself: [] },
};

const identities = await createTestIdentities();

/** Principals that a caller may claim. */
const principals = (caller: ServiceName): Readonly<Record<string, Principal>> => ({
  itself: { kind: 'service', service: caller },
  'another service': { kind: 'service', service: caller === 'gateway' ? 'canvas' : 'gateway' },
  'a user': userPrincipal(),
  'an administrator': userPrincipal({ role: 'admin' }),
  'an API key': apiKeyPrincipal(['llm']),
  anonymous,
});

function isAccepted({ forAny, forItself }: Callers, caller: ServiceName, who: string): boolean {
  if (who === 'another service') return false;
  return forAny.includes(caller) || (forItself.includes(caller) && who === 'itself');
}

/** The principal that the service derives from a token, as the service kit does for each request. */
async function principalOf(authenticate: Authenticator, token: string): Promise<Principal | string> {
  const request = { headers: { [headers.identity]: token } };
  try {
    return await authenticate(request as unknown as Parameters<Authenticator>[0]);
  } catch (error) {
    return (error as { code?: string }).code ?? 'not refused';
  }
}

describe.each(Object.entries(table) as [ServiceName, Callers][])('%s', (service, callers) => {
  const { forAny, forItself, narrower = {} } = callers;
  const contract = contractOf(service);

  test('has a contract of its own name', () => expect(contract.service).toBe(service));

  test('declares exactly the allowed callers in its contract', () => {
    const internal = Object.values(contract.routes).filter(isInternal);
    const named = internal.map(({ auth }) => (auth.kind === 'service' ? [...auth.callers].sort() : []));
    expect([...contract.callers].sort()).toEqual([...forAny].sort());
    expect(named).toEqual(internal.map(({ id }) => [...(narrower[id] ?? forItself)].sort()));
    expect(Object.values(narrower).flat()).toEqual(
      Object.values(narrower)
        .flat()
        .filter((name) => forItself.includes(name)),
    );
    expect(internal.map(({ id }) => id)).toEqual(expect.arrayContaining(Object.keys(narrower)));
    expect(internal.length > 0).toBe(forItself.length > 0);
  });

  test.each(serviceNames)('accepts from %s exactly the principals that it may vouch for', async (caller) => {
    const authenticate = await internalTokenAuthenticator(contract, identities.publicKeys, Date.now);
    const sign = identities.signer(caller);
    for (const [who, principal] of Object.entries(principals(caller))) {
      const token = await sign(contract.service, principal);
      const expected = isAccepted(callers, caller, who) ? principal : 'UNAUTHENTICATED';
      // A second time, when the first answer may be cached.
      for (const _ of [1, 2]) expect([who, await principalOf(authenticate, token)]).toEqual([who, expected]);
    }
  });

  test('rejects a token for another service', async () => {
    const authenticate = await internalTokenAuthenticator(contract, identities.publicKeys, Date.now);
    for (const caller of forAny)
      for (const other of serviceNames.filter((name) => name !== service)) {
        const token = await identities.signer(caller)(other, userPrincipal());
        expect(await principalOf(authenticate, token)).toBe('UNAUTHENTICATED');
      }
  });
});
