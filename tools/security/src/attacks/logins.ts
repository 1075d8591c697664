import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Attack } from './attack.ts';
import { askForTokens, logIn } from './people.ts';

/** Longest time for which replicas may still accept the token of an ended session. */
const revocationDelayMs = 60_000;

/** Maximum number of guesses. */
const maxGuesses = 300;

/** Account enumeration by login, and the effect of a logout. */
export async function attackLogins({ target, check, operations, alice, bob }: Attack): Promise<void> {
  await check('a login does not reveal which addresses have an account', async (found) => {
    const credentials = [alice.email, `probe-${randomUUID()}@example.com`].map((email) => ({
      email,
      password: randomUUID(),
    }));
    for (const path of ['/auth/v1/token?grant_type=password', '/auth/session']) {
      const answers = [];
      for (const body of credentials) {
        const { status, text } = await target.send({ method: 'POST', path, body });
        answers.push(`${status} ${text.replace(/"requestId":"[^"]*"/, '')}`);
      }
      if (answers[0] !== answers[1]) found(`POST ${path} answers them differently: ${answers.join(' / ')}`);
      if (answers.some((answer) => !answer.startsWith('4'))) found(`POST ${path} answered ${answers[0]}`);
    }
    return '2 routes';
  });
  if (!operations.some(({ path }) => path === '/auth/v1/logout')) {
    await check('a logout ends the session', async () => 'not offered');
    return;
  }
  await check('a logout ends that session only', async (found) => {
    const [ended, kept] = [await logIn(target, bob), await logIn(target, bob)];
    const paths = ['/api/canvas', '/auth/v1/user'];
    // Services that cache verified tokens have cached this one now.
    for (const path of paths) await target.send({ path, token: ended.access });
    const path = '/auth/v1/logout?scope=local';
    const { status } = await target.send({ method: 'POST', path, token: ended.access });
    if (status !== 204) found(`POST ${path} answered ${status}`);
    const began = performance.now();
    const ask = async () => {
      const answers = await Promise.all(
        paths.map((asked) => target.send({ path: asked, token: ended.access })),
      );
      return answers.filter((answer) => answer.status < 400).length;
    };
    let accepting = await ask();
    while (accepting > 0 && performance.now() - began < revocationDelayMs) {
      await delay(1_000);
      accepting = await ask();
    }
    const took = Math.round(performance.now() - began);
    if (accepting > 0) found(`after ${took} ms ${accepting} routes still accept its token`);
    const again = await askForTokens(target, 'refresh_token', { refresh_token: ended.refresh });
    if (again.status !== 400) found(`its refresh token: ${again.status}`);
    const other = await target.send({ path: '/api/canvas', token: kept.access });
    if (other.status !== 200) found(`another session of the user: ${other.status}`);
    return `refused after ${took} ms`;
  });
}

/** Password guessing that claims another address each time. Locks out this address for a minute. */
export async function attackPasswords({ target, check, alice }: Attack): Promise<void> {
  await check('password guesses are limited, whatever address they claim', async (found) => {
    for (let guess = 1; guess <= maxGuesses; guess += 1) {
      const address = `198.51.${guess >> 8}.${guess & 255}`;
      const { status } = await target.send({
        method: 'POST',
        path: guess % 2 === 0 ? '/auth/v1/token?grant_type=password' : '/auth/session',
        headers: {
          'x-forwarded-for': address,
          'x-real-ip': address,
          'cf-connecting-ip': address,
          'true-client-ip': address,
          forwarded: `for=${address}`,
        },
        body: { email: alice.email, password: `guess-${guess}` },
        acceptLimit: true,
      });
      if (status === 429) return `429 at guess ${guess}`;
      if (status < 400 || status >= 500) found(`guess ${guess} answered ${status}`);
    }
    found(`${maxGuesses} guesses and no limit`);
    return '';
  });
}
