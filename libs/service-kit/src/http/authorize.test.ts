import {
  anonymous,
  anyone,
  data,
  defineRoute,
  type Principal,
  permission,
  permissions,
  type RouteAuth,
  rolePermissions,
  services,
  type UserPrincipal,
  user,
} from '@valuecanvas/contracts-core';
import Type from 'typebox';
import { expect, test } from 'vitest';
import { serve, startInTest, words } from '../test-support/service-in-test.ts';

const member: UserPrincipal = {
  kind: 'user',
  userId: 'u-1',
  tier: 'pro',
  role: 'user',
  permissions: rolePermissions.user,
  sessionId: 's-1',
};
const { sessionId: _, ...sessionless } = member;
const keyWith = (held: readonly (typeof permissions)[number][], role = 'user') => ({
  ...sessionless,
  role,
  permissions: held,
  apiKeyId: 'k-1',
});
const principals: Readonly<Record<string, Principal>> = {
  nobody: anonymous,
  member,
  'a user of a role that holds the permission': { ...member, role: 'releases', permissions: ['flags:write'] },
  'a user of a role that holds other permissions': {
    ...member,
    role: 'support',
    permissions: ['audit:read'],
  },
  operator: { ...member, role: 'operator', permissions: rolePermissions.operator },
  administrator: { ...member, role: 'admin', permissions },
  'an administrator in name only': { ...member, role: 'admin', permissions: [] },
  'a key with the permission': keyWith(['flags:write'], 'admin'),
  'a key with another permission': keyWith(['flags:read'], 'admin'),
  'a key without permissions': keyWith([], 'admin'),
  'a named service': { kind: 'service', service: 'job-worker' },
  'another service': { kind: 'service', service: 'gateway' },
};

type Who = keyof typeof principals;
const everybody = Object.keys(principals) as Who[];
const signedIn = everybody.filter((who) => !/nobody|key|service/.test(String(who)));

interface Rule {
  readonly auth: RouteAuth;
  readonly allows: readonly Who[];
}

const rules: Record<string, Rule> = {
  anyone: { auth: anyone, allows: everybody },
  user: { auth: user, allows: signedIn },
  permission: {
    auth: permission('flags:write'),
    allows: [
      'a user of a role that holds the permission',
      'operator',
      'administrator',
      'a key with the permission',
    ],
  },
  service: { auth: services('job-worker'), allows: ['a named service'] },
};

/** A client that could help itself by signing in gets 401. An internal route answers 403 to anything but a service. */
function expectedStatus({ auth, allows }: Rule, who: Who): number {
  if (allows.includes(who)) return 200;
  return who === 'nobody' && auth.kind !== 'service' ? 401 : 403;
}

test.each(Object.entries(rules))(
  'a route for %s answers exactly the principals that it is for',
  async (_, rule) => {
    const route = defineRoute({
      ...words,
      id: 'test.guarded',
      method: 'GET',
      path: '/test/guarded',
      auth: rule.auth,
      reply: data(Type.Unknown({ description: 'The principal.' })),
    });
    const service = await startInTest({ routes: [serve(route, ({ principal }) => principal)] });
    for (const who of everybody) {
      const as = principals[who] as Principal;
      const from = as.kind === 'service' ? as.service : 'gateway';
      const { status, body } = await service.request('/test/guarded', { as, from });
      expect([who, status]).toEqual([who, expectedStatus(rule, who)]);
      if (status === 200) expect(body.data).toEqual(as);
      else expect(body.code).toBe(status === 401 ? 'UNAUTHENTICATED' : 'FORBIDDEN');
    }
  },
);
