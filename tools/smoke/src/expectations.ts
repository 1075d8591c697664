import { isRecord } from './api.ts';
import { Mismatch } from './mismatch.ts';

/** Throws Mismatch unless the condition holds. */
export function expect(condition: unknown, promise: string): asserts condition {
  if (!condition) throw new Mismatch(`not so: ${promise}`);
}

/** The text in a field; throws Mismatch where there is none. */
export function text(owner: unknown, field: string): string {
  const value = isRecord(owner) ? owner[field] : undefined;
  expect(typeof value === 'string' && value !== '', `${field} is a text`);
  return value;
}

/** The number in a field; throws Mismatch where there is none. */
export function number(owner: unknown, field: string): number {
  const value = isRecord(owner) ? owner[field] : undefined;
  expect(typeof value === 'number', `${field} is a number`);
  return value;
}

/** The object in a field; throws Mismatch where there is none. */
export function object(owner: unknown, field: string): Record<string, unknown> {
  const value = isRecord(owner) ? owner[field] : undefined;
  expect(isRecord(value), `${field} is an object`);
  return value;
}

/** What every answer of a model says about itself. */
export function expectCompletionFacts(answer: unknown): void {
  text(answer, 'provider');
  text(answer, 'model');
  expect(number(answer, 'cost') >= 0, 'cost is not negative');
  expect(number(object(answer, 'usage'), 'totalTokens') >= 0, 'usage counts tokens');
}
