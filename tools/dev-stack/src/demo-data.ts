import { seed } from '@valuecanvas/database';
import { Client } from 'pg';
import { type DemoAccount, demoAccounts } from './demo-accounts.ts';
import { StackError } from './stack-error.ts';

/**
 * Returns true if a database may contain the demo accounts: only if it is on this machine, because their passwords are
 * public and one of them is an admin.
 */
export function mayHoldDemoData(ownerUrl: string): boolean {
  const host = new URL(ownerUrl).hostname;
  return ['localhost', '127.0.0.1', '[::1]', ''].includes(host);
}

/** Creates missing demo accounts through the gateway, and the sample canvas. Throws StackError. */
export async function bringDemoData(gatewayUrl: string, ownerUrl: string): Promise<void> {
  const client = new Client({ connectionString: ownerUrl });
  // A lost connection rejects the running query. Without a listener, the event would also end this process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const existing = await existingAccounts(client);
    for (const account of demoAccounts) {
      if (!existing.has(account.email)) await signUp(gatewayUrl, account);
      await grant(client, account);
    }
  } finally {
    await client.end();
  }
  await seed({ url: ownerUrl });
}

async function existingAccounts(client: Client): Promise<Set<string>> {
  const emails = demoAccounts.map(({ email }) => email);
  const { rows } = await client.query<{ email: string }>(
    'select lower(email) as email from auth.users where lower(email) = any($1)',
    [emails],
  );
  return new Set(rows.map(({ email }) => email));
}

async function signUp(gatewayUrl: string, { email, password }: DemoAccount): Promise<void> {
  const response = await fetch(`${gatewayUrl}/auth/v1/signup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  if (response.ok) return;
  throw new StackError(
    `The gateway refused to create the account ${email} (status ${response.status}): ${await response.text()}`,
  );
}

/** Like `npm run user:grant`, but without an audit entry. */
async function grant(client: Client, { email, tier, role }: DemoAccount): Promise<void> {
  await client.query(
    `update auth.users set raw_app_meta_data = coalesce(raw_app_meta_data, '{}') || $2::jsonb
     where lower(email) = $1 and not coalesce(raw_app_meta_data, '{}') @> $2::jsonb`,
    [email, JSON.stringify({ tier, role })],
  );
}
