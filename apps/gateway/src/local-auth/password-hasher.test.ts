import { expect, test } from 'vitest';
import { createPasswordHasher } from './password-hasher.ts';

test('an unknown account takes as long as a wrong password', async () => {
  const passwords = await createPasswordHasher();
  const hash = await passwords.hash('correct horse');
  const timed = async (known: string | undefined): Promise<number> => {
    const startedAt = performance.now();
    expect(await passwords.matches('wrong horse', known)).toBe(false);
    return performance.now() - startedAt;
  };
  const [wrong, unknown] = [await timed(hash), await timed(undefined)];
  // Without hashing it would take a thousandth of the time. The bound leaves room for a busy machine.
  expect(unknown / wrong).toBeGreaterThan(0.1);
});

test('no password matches an absent hash', async () => {
  const passwords = await createPasswordHasher();
  expect(await passwords.matches('', undefined)).toBe(false);
  expect(await passwords.matches('', null)).toBe(false);
});
