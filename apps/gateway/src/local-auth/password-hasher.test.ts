import { expect, test } from 'vitest';
import { createPasswordHasher } from './password-hasher.ts';

test('an account that is not there takes as long as a wrong password', async () => {
  const passwords = await createPasswordHasher();
  const hash = await passwords.hash('correct horse');
  const timed = async (known: string | undefined): Promise<number> => {
    const startedAt = performance.now();
    expect(await passwords.matches('wrong horse', known)).toBe(false);
    return performance.now() - startedAt;
  };
  const [wrong, unknown] = [await timed(hash), await timed(undefined)];
  // Without the work it would be a thousandth: this leaves room for a busy machine.
  expect(unknown / wrong).toBeGreaterThan(0.1);
});

test('the password of nobody opens nothing', async () => {
  const passwords = await createPasswordHasher();
  expect(await passwords.matches('', undefined)).toBe(false);
  expect(await passwords.matches('', null)).toBe(false);
});
