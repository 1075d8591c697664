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
  readonly forAnybody: readonly ServiceName[];
  /** Services that may fetch a snapshot for themselves, and vouch for no other principal. */
  readonly forThemselves: readonly ServiceName[];
}

/**
 * Allowed calls between services, decided here and not read from the contracts: the gateway calls every service, a service
 * calls another one to do work for a user, and users of the SDKs fetch their snapshots. No service calls the gateway.
 */
const table: Readonly<Record<ServiceName, Callers>> = {
  gateway: { forAnybody: [], forThemselves: [] },
  'llm-router': { forAnybody: ['gateway', 'canvas', 'job-worker'], forThemselves: [] },
  canvas: { forAnybody: ['gateway', 'job-worker'], forThemselves: [] },
  'prompt-registry': { forAnybody: ['gateway'], forThemselves: ['canvas', 'llm-router'] },
  'feature-flags': { forAnybody: ['gateway'], forThemselves: ['canvas', 'llm-router'] },
  'job-worker': { forAnybody: ['gateway'], forThemselves: [] },
};

const identities = await createTestIdentities();

/** Whom a caller may try to be. */
const principals = (caller: ServiceName): Readonly<Record<string, Principal>> => ({
  itself: { kind: 'service', service: caller },
  'another service': { kind: 'service', service: caller === 'gateway' ? 'canvas' : 'gateway' },
  'a user': userPrincipal(),
  'an administrator': userPrincipal({ role: 'admin' }),
  'an API key': apiKeyPrincipal(['llm']),
  nobody: anonymous,
});

function isBelieved({ forAnybody, forThemselves }: Callers, caller: ServiceName, who: string): boolean {
  if (who === 'another service') return false;
  return forAnybody.includes(caller) || (forThemselves.includes(caller) && who === 'itself');
}

/** Whom the service takes the bearer of a token for, as its frame asks with each request. */
async function believed(authenticate: Authenticator, token: string): Promise<Principal | string> {
  const request = { headers: { [headers.identity]: token } };
  try {
    return await authenticate(request as unknown as Parameters<Authenticator>[0]);
  } catch (error) {
    return (error as { code?: string }).code ?? 'not even refused';
  }
}

describe.each(Object.entries(table) as [ServiceName, Callers][])('%s', (service, callers) => {
  const { forAnybody, forThemselves } = callers;
  const contract = contractOf(service);

  test('has the contract that stands beside its name', () => expect(contract.service).toBe(service));

  test('names in its contract the callers that it ought to have', () => {
    const internal = Object.values(contract.routes).filter(isInternal);
    const named = internal.map(({ auth }) => (auth.kind === 'service' ? [...auth.callers].sort() : []));
    expect([...contract.callers].sort()).toEqual([...forAnybody].sort());
    expect(named).toEqual(internal.map(() => [...forThemselves].sort()));
    expect(internal.length > 0).toBe(forThemselves.length > 0);
  });

  test.each(serviceNames)('believes of %s just what it may say', async (caller) => {
    const authenticate = await internalTokenAuthenticator(contract, identities.publicKeys, Date.now);
    const sign = identities.signer(caller);
    for (const [who, principal] of Object.entries(principals(caller))) {
      const token = await sign(contract.service, principal);
      const expected = isBelieved(callers, caller, who) ? principal : 'UNAUTHENTICATED';
      // Again, when the first answer may have been remembered.
      for (const _ of [1, 2]) expect([who, await believed(authenticate, token)]).toEqual([who, expected]);
    }
  });

  test('believes nothing that was meant for another service', async () => {
    const authenticate = await internalTokenAuthenticator(contract, identities.publicKeys, Date.now);
    for (const caller of forAnybody)
      for (const other of serviceNames.filter((name) => name !== service)) {
        const token = await identities.signer(caller)(other, userPrincipal());
        expect(await believed(authenticate, token)).toBe('UNAUTHENTICATED');
      }
  });
});
