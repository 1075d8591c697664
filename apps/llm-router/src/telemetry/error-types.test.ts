import { AppError, type ErrorCode, errorCatalogue } from '@valuecanvas/contracts-core';
import { expect, test } from 'vitest';
import { ProviderError, type ProviderFault } from '../providers/provider-error.ts';
import { errorDomains, errorTypeIn, errorTypeOf } from './error-types.ts';

const faults: Readonly<Record<ProviderFault, string>> = {
  caller: 'caller',
  unsupported: 'provider',
  not_served: 'provider',
  rate_limited: 'provider',
  timeout: 'provider',
  unavailable: 'provider',
  bad_response: 'provider',
  shut_off: 'provider',
  overloaded: 'us',
  cancelled: 'caller',
  internal: 'us',
};

test.each(Object.entries(faults))('a fault of kind %s belongs to the domain %s', (fault, domain) => {
  expect(errorDomains[errorTypeOf(fault as ProviderFault)]).toBe(domain);
});

const codes = Object.keys(errorCatalogue) as ErrorCode[];

test.each(codes)('%s has a type of the closed list', (code) => {
  expect(Object.keys(errorDomains)).toContain(errorTypeOf(code));
});

/** The party at fault by status: the caller or the server. */
test.each(codes)('%s is a caller or policy error exactly if its status is 4xx', (code) => {
  const { status } = errorCatalogue[code];
  const domain = errorDomains[errorTypeOf(code)];
  const ofCaller = status < 500 && code !== 'PROVIDER_RATE_LIMITED';
  expect(['caller', 'policy'].includes(domain)).toBe(ofCaller);
});

test('limits and budgets are policy errors', () => {
  expect(errorDomains[errorTypeOf('RATE_LIMITED')]).toBe('policy');
  expect(errorDomains[errorTypeOf('BUDGET_EXCEEDED')]).toBe('policy');
});

test('every thrown value has a type, and unexpected errors are internal', () => {
  expect(errorTypeIn(new ProviderError('timeout', 'a', 'silent'))).toBe('provider_timeout');
  expect(errorTypeIn(new AppError('BUDGET_EXCEEDED'))).toBe('budget_exceeded');
  for (const error of [new TypeError('x'), 'text', undefined]) expect(errorTypeIn(error)).toBe('internal');
});
