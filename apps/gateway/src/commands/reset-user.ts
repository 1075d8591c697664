import { createPasswordResetsStore } from '../local-auth/password-resets.store.ts';
import { createResetLink } from '../local-auth/reset-link.ts';
import { explainFault, factOfCommand, openCommandDatabase } from './command-database.ts';

const usage = 'npm run user:reset -- <email>';

/**
 * Makes a link that sets a new password for the user with an e-mail address, and records it in the audit log. Returns the
 * message to print. Throws an Error with a message for the console.
 */
export async function resetUser(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const [email, ...more] = args;
  if (!email || email.startsWith('-') || more.length > 0) {
    throw new Error(`Specify one user by e-mail address. Usage: ${usage}`);
  }
  if (environment.SUPABASE_URL) {
    throw new Error(
      'Supabase keeps the accounts of this platform. Send a recovery mail from the dashboard of its project.',
    );
  }
  const at = new Date();
  const { url, reset } = createResetLink(environment.PUBLIC_URL || 'http://localhost:3000', at);
  const database = openCommandDatabase('user-reset', environment);
  try {
    const address = await createPasswordResetsStore(database.db)
      .addIssued(reset, {
        user: { email },
        factOf: factOfCommand('user:reset', at),
        beforeCommit: async (_transaction, account) => account.email,
      })
      .catch(explainFault);
    if (address === undefined) throw new Error(`There is no user ${email}.`);
    return `${address} can set a new password once, until ${reset.expiresAt.toISOString()}, at\n${url}`;
  } finally {
    await database.close();
  }
}
