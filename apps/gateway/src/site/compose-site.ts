import { DemoAccount, type gatewayContract } from '@valuecanvas/contracts-gateway';
import { ConfigError, type HandlersOf, respond } from '@valuecanvas/service-kit';
import Type from 'typebox';
import Value from 'typebox/value';
import type { PasswordRecovery } from '../auth-backend/password-recovery.ts';
import type { BrowserSessions } from '../browser-sessions/browser-sessions.service.ts';
import { isLocal, type SessionCookie } from '../browser-sessions/session-cookie.ts';
import type { GatewayKit } from '../config.ts';

/** The state from which a page starts: facts about the platform, and the session of the browser. */
export function composeSite(
  { config }: GatewayKit,
  {
    sessions,
    cookie,
    recovery,
  }: {
    readonly sessions: BrowserSessions;
    readonly cookie: SessionCookie;
    readonly recovery: Pick<PasswordRecovery, 'sendsMail'>;
  },
) {
  const demoAccounts = readDemoAccounts(config);
  const facts = {
    simulated: config.ANSWERS_SIMULATED,
    upgradeUrl: config.UPGRADE_URL,
    passwordResetByMail: recovery.sendsMail,
    ...(demoAccounts ? { demoAccounts } : {}),
  };
  return {
    routes: {
      async getSite(call) {
        const secret = cookie.read(call.header('cookie'));
        const found = secret === undefined ? undefined : await sessions.find(secret);
        const session = found ? { session: found.session } : {};
        return respond(200, { ...facts, ...session }, { 'cache-control': 'no-store' });
      },
    } satisfies Partial<HandlersOf<typeof gatewayContract>>,
  };
}

/** Throws ConfigError if the accounts are malformed, or if clients on other machines could use them. */
function readDemoAccounts({
  DEMO_ACCOUNTS,
  PUBLIC_URL,
}: {
  readonly DEMO_ACCOUNTS?: string | undefined;
  readonly PUBLIC_URL: string;
}): DemoAccount[] | undefined {
  if (DEMO_ACCOUNTS === undefined) return undefined;
  if (!isLocal(new URL(PUBLIC_URL))) {
    throw new ConfigError([
      'DEMO_ACCOUNTS requires a PUBLIC_URL on this machine, because it publishes passwords',
    ]);
  }
  const accounts = parse(DEMO_ACCOUNTS);
  if (Value.Check(Type.Array(DemoAccount), accounts)) return accounts;
  throw new ConfigError([
    'DEMO_ACCOUNTS must be a JSON array of accounts with email, password, tier and role',
  ]);
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
