/** Accounts of every local platform. Their passwords are public, so the platform must be reachable from this machine only. */
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
