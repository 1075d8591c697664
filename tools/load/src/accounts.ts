import { type Answer, type Request, type Send, textAt, valueAt } from './exchange.ts';

/** An account of one virtual user. */
export interface Account {
  readonly token: string;
  /** Absent for a given token, which is neither renewed nor deleted. */
  readonly own?: OwnAccount;
}

interface OwnAccount {
  readonly email: string;
  readonly userId: string;
  readonly refreshToken: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** Dependencies of the accounts: k6 and Node provide them in their own ways. */
export interface Means {
  readonly send: Send;
  readonly now: () => number;
  readonly pause: (seconds: number) => Promise<void>;
  /** Tells if the run has been interrupted. */
  readonly stopped: () => boolean;
  readonly say: (line: string) => void;
}

/** The tier of the virtual users: others allow fewer model calls per hour than a run makes. */
const tier = 'enterprise';

const password = 'correct horse battery staple';

/** Accounts that are opened at the same time. */
const together = 8;

/** Longest wait for a rate limit. */
const longestWaitSeconds = 70;

/** Time before the expiry of a token at which it is renewed. */
const renewalMs = 120_000;

/**
 * Signs users up, and lets an admin raise their tier. Waits where the deployment limits sign-ups per minute.
 * Throws if the deployment refuses.
 */
export async function openAccounts(
  means: Means,
  {
    count,
    run,
    admin,
  }: { readonly count: number; readonly run: string; readonly admin: Credentials | undefined },
): Promise<Account[]> {
  const adminToken = admin && (await logIn(means, admin));
  const accounts: Account[] = [];
  while (accounts.length < count) {
    const numbers = Array.from(
      { length: Math.min(together, count - accounts.length) },
      (_, i) => accounts.length + i,
    );
    const opened = numbers.map((number) => open(means, `load-${run}-${number}@example.com`, adminToken));
    accounts.push(...(await Promise.all(opened)));
    means.say(`${accounts.length} of ${count} users have signed up`);
  }
  return accounts;
}

async function open(means: Means, email: string, adminToken: string | undefined): Promise<Account> {
  const body = { email, password };
  const account = accountOf(
    means,
    email,
    await insist(means, { method: 'POST', path: '/auth/v1/signup', body }),
  );
  if (adminToken === undefined || !account.own) return account;
  await insist(means, {
    method: 'PUT',
    path: `/api/admin/users/${account.own.userId}`,
    token: adminToken,
    body: { tier },
  });
  // A token carries the tier that the user had when it was issued.
  return renew(means, account);
}

/** Returns the account with a token that is valid for some minutes at least. Throws if the deployment refuses. */
export async function renewed(means: Means, account: Account): Promise<Account> {
  if (!account.own || account.own.expiresAt - means.now() > renewalMs) return account;
  return renew(means, account);
}

async function renew(means: Means, account: Account): Promise<Account> {
  if (!account.own) return account;
  const body = { refresh_token: account.own.refreshToken };
  const path = '/auth/v1/token?grant_type=refresh_token';
  return accountOf(means, account.own.email, await insist(means, { method: 'POST', path, body }));
}

/** Deletes the accounts that the run has opened, with all their canvases. Returns the number of those that remain. */
export async function closeAccounts({ send }: Means, accounts: readonly Account[]): Promise<number> {
  let remaining = 0;
  for (const { token, own } of accounts) {
    if (!own) continue;
    const body = { email: own.email, password };
    const { status } = await send({ method: 'DELETE', path: '/api/user', token, body });
    if (status !== 204) remaining += 1;
  }
  return remaining;
}

async function logIn(means: Means, credentials: Credentials): Promise<string> {
  const path = '/auth/v1/token?grant_type=password';
  const answer = await insist(means, { method: 'POST', path, body: credentials });
  return accountOf(means, credentials.email, answer).token;
}

function accountOf({ now }: Means, email: string, { body }: Answer): Account {
  const token = textAt(body, 'access_token');
  const refreshToken = textAt(body, 'refresh_token');
  const userId = textAt(body, 'user', 'id');
  if (token === undefined || refreshToken === undefined || userId === undefined) {
    throw new Error(
      `The deployment opened no session for ${email}. If it asks for a confirmation by mail, give tokens instead.`,
    );
  }
  const lifetime = valueAt(body, 'expires_in');
  const expiresAt = now() + (typeof lifetime === 'number' ? lifetime : 3_600) * 1_000;
  return { token, own: { email, userId, refreshToken, expiresAt } };
}

/** Sends a request again for as long as the deployment limits its rate. Throws for any other refusal. */
async function insist(means: Means, request: Request): Promise<Answer> {
  for (;;) {
    if (means.stopped()) throw new Error('The run was interrupted.');
    const answer = await means.send(request);
    if (answer.status >= 200 && answer.status < 300) return answer;
    const wait = answer.retryAfterSeconds ?? longestWaitSeconds;
    if (answer.status !== 429 || wait > longestWaitSeconds) {
      throw new Error(
        `${request.method} ${request.path} answered ${answer.status}: ${JSON.stringify(answer.body) ?? 'no answer'}`,
      );
    }
    means.say(`The deployment limits sign-ups: going on in ${wait} s`);
    await means.pause(wait);
  }
}
