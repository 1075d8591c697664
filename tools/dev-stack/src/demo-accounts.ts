/** Accounts that every local platform has; their passwords are public, so it must not be reachable from elsewhere. */
export const demoAccounts = [
  {
    email: 'demo@valuecanvas.local',
    password: 'demo-password',
    tier: 'pro',
    role: 'user',
    what: 'a user of the tier pro',
  },
  {
    email: 'enterprise@valuecanvas.local',
    password: 'enterprise-password',
    tier: 'enterprise',
    role: 'user',
    what: 'an enterprise user',
  },
  {
    email: 'admin@valuecanvas.local',
    password: 'admin-password',
    tier: 'enterprise',
    role: 'admin',
    what: 'an admin',
  },
] as const;

export type DemoAccount = (typeof demoAccounts)[number];
