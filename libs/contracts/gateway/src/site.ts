import { anyone, data, defineRoute } from '@valuecanvas/contracts-core';
import Type, { type Static } from 'typebox';
import { role, tier } from './account.ts';
import { BrowserSession } from './browser-session.ts';

export const DemoAccount = Type.Object(
  {
    email: Type.String({ description: 'E-mail address.' }),
    password: Type.String({ description: 'Password. It is public, so the platform must be local.' }),
    tier,
    role,
  },
  { title: 'DemoAccount', description: 'An account of a local platform.' },
);
export type DemoAccount = Static<typeof DemoAccount>;

const Site = Type.Object(
  {
    simulated: Type.Boolean({
      description:
        'True if a simulator answers instead of language models, as on a local platform without keys.',
    }),
    upgradeUrl: Type.String({ description: 'Page where users can get higher limits.' }),
    passwordResetByMail: Type.Boolean({
      description:
        'True if users can ask for a link that sets a new password. Otherwise operators make links.',
    }),
    demoAccounts: Type.Optional(
      Type.Array(DemoAccount, { description: 'Accounts to sign in with. Present only on a local platform.' }),
    ),
    session: Type.Optional(BrowserSession),
  },
  { title: 'Site', description: 'The state from which a page starts.' },
);
export const getSite = defineRoute({
  id: 'site.get',
  method: 'GET',
  path: '/api/site',
  summary: 'Get the start state of a page',
  description:
    'Facts about the platform that a page needs at its start, with the session of the browser if it has one. Unlike GET /auth/session, it succeeds without a session.',
  auth: anyone,
  reply: data(Site),
  errors: ['DEPENDENCY_UNAVAILABLE'],
});
