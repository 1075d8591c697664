import { isRecord } from './api.ts';
import { Mismatch } from './mismatch.ts';

/** Throws Mismatch unless the condition holds. */
export function expect(condition: unknown, promise: string): asserts condition {
  if (!condition) throw new Mismatch(`expected: ${promise}`);
}

/** Returns a string field. Throws Mismatch if it is absent. */
export function text(owner: unknown, field: string): string {
  const value = isRecord(owner) ? owner[field] : undefined;
  expect(typeof value === 'string' && value !== '', `${field} is a text`);
  return value;
}

/** Returns a number field. Throws Mismatch if it is absent. */
export function number(owner: unknown, field: string): number {
  const value = isRecord(owner) ? owner[field] : undefined;
  expect(typeof value === 'number', `${field} is a number`);
  return value;
}

/** Returns an object field. Throws Mismatch if it is absent. */
export function object(owner: unknown, field: string): Record<string, unknown> {
  const value = isRecord(owner) ? owner[field] : undefined;
  expect(isRecord(value), `${field} is an object`);
  return value;
}

/** Checks the metadata of a model's answer. */
export function expectCompletionFacts(answer: unknown): void {
  text(answer, 'provider');
  text(answer, 'model');
  expect(number(answer, 'cost') >= 0, 'cost is not negative');
  expect(number(object(answer, 'usage'), 'totalTokens') >= 0, 'usage counts tokens');
}
