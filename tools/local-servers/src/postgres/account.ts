import { readFile } from 'node:fs/promises';
import { LocalServerError } from '../local-server-error.ts';
import { CommandError, runCommand } from '../run-command.ts';

/** An unprivileged account of this machine. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
}

/** Returns the account that PostgreSQL runs as, or undefined for the caller's own, which works unless it is root. */
export async function serverAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = parseAccounts(await readFile('/etc/passwd', 'utf8'));
  const account =
    accounts.find(({ name }) => name === 'postgres') ?? accounts.find(({ name }) => name === 'nobody');
  if (account !== undefined) return account;
  throw new LocalServerError(
    'PostgreSQL does not run as root and this machine has neither a postgres nor a nobody account. Start as another user.',
  );
}

/** Returns true if the account may enter a folder or execute a file, including all parent folders. */
export async function canReach(account: Account, path: string): Promise<boolean> {
  const { uid, gid } = account;
  try {
    await runCommand('/bin/sh', ['-c', 'test -x "$0"', path], { uid, gid });
    return true;
  } catch (error) {
    if (error instanceof CommandError && error.code === 1) return false;
    throw new LocalServerError(
      `PostgreSQL does not run as root, and this system does not let root act as ${account.name}. Start as another user.`,
      { cause: error },
    );
  }
}

function parseAccounts(passwd: string): Account[] {
  return passwd.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    return name && uid && gid ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}
