import {
  admin,
  anonymous,
  anyone,
  data,
  defineRoute,
  type Principal,
  type RouteAuth,
  services,
  type UserPrincipal,
  user,
  userWithScope,
} from '@valuecanvas/contracts-core';
import Type from 'typebox';
import { expect, test } from 'vitest';
import { serve, startInTest, words } from '../test-support/service-in-test.ts';

const member: UserPrincipal = { kind: 'user', userId: 'u-1', tier: 'pro', role: 'user', sessionId: 's-1' };
const principals = {
  nobody: anonymous,
  member,
  administrator: { ...member, role: 'admin' },
  'a key with the scope': { ...member, scopes: ['llm'] },
  'a key with another scope': { ...member, scopes: ['flags:evaluate'] },
  'a key without scopes': { ...member, scopes: [] },
  "an administrator's key": { ...member, role: 'admin', scopes: ['llm'] },
  'a named service': { kind: 'service', service: 'job-worker' },
  'another service': { kind: 'service', service: 'gateway' },
} as const satisfies Record<string, Principal>;

type Who = keyof typeof principals;
const everybody = Object.keys(principals) as Who[];

interface Rule {
  readonly auth: RouteAuth;
  readonly allows: readonly Who[];
}

const rules: Record<string, Rule> = {
  anyone: { auth: anyone, allows: everybody },
  user: { auth: user, allows: ['member', 'administrator'] },
  userWithScope: {
    auth: userWithScope('llm'),
    allows: ['member', 'administrator', 'a key with the scope', "an administrator's key"],
  },
  admin: { auth: admin, allows: ['administrator'] },
  service: { auth: services('job-worker'), allows: ['a named service'] },
};

/** Who could help himself by signing in is told so; a service that comes without anybody is not let in as one. */
function expectedStatus({ auth, allows }: Rule, who: Who): number {
  if (allows.includes(who)) return 200;
  return who === 'nobody' && auth.kind !== 'service' ? 401 : 403;
}

test.each(Object.entries(rules))('a route for %s answers just those whom it is for', async (_, rule) => {
  const route = defineRoute({
    ...words,
    id: 'test.guarded',
    method: 'GET',
    path: '/test/guarded',
    auth: rule.auth,
    reply: data(Type.Unknown({ description: 'Who was let in.' })),
  });
  const service = await startInTest({ routes: [serve(route, ({ principal }) => principal)] });
  for (const who of everybody) {
    const as = principals[who];
    const from = as.kind === 'service' ? as.service : 'gateway';
    const { status, body } = await service.request('/test/guarded', { as, from });
    expect([who, status]).toEqual([who, expectedStatus(rule, who)]);
    if (status === 200) expect(body.data).toEqual(as);
    else expect(body.code).toBe(status === 401 ? 'UNAUTHENTICATED' : 'FORBIDDEN');
  }
});
