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
  visitor: anonymous,
  member,
  'a user of a role that holds the permission': { ...member, role: 'releases', permissions: ['flags:write'] },
  'a user of a role that holds other permissions': {
    ...member,
    role: 'support',
    permissions: ['audit:read'],
  },
  operator: { ...member, role: 'operator', permissions: rolePermissions.operator },
  administrator: { ...member, role: 'admin', permissions },
  'a user whose role admin holds no permissions': { ...member, role: 'admin', permissions: [] },
  'a key with the permission': keyWith(['flags:write'], 'admin'),
  'a key with another permission': keyWith(['flags:read'], 'admin'),
  'a key without permissions': keyWith([], 'admin'),
  'a named service': { kind: 'service', service: 'job-worker' },
  'another service': { kind: 'service', service: 'gateway' },
};

type PrincipalName = keyof typeof principals;
const everyone = Object.keys(principals) as PrincipalName[];
const signedIn = everyone.filter((name) => !/visitor|key|service/.test(String(name)));

interface Rule {
  readonly auth: RouteAuth;
  readonly allows: readonly PrincipalName[];
}

const rules: Record<string, Rule> = {
  anyone: { auth: anyone, allows: everyone },
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

/** A client that could fix it by signing in gets 401. An internal route answers 403 to any principal but a service. */
function expectedStatus({ auth, allows }: Rule, name: PrincipalName): number {
  if (allows.includes(name)) return 200;
  return name === 'visitor' && auth.kind !== 'service' ? 401 : 403;
}

test.each(Object.entries(rules))(
  'a route for %s admits exactly the principals that it declares',
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
    for (const name of everyone) {
      const as = principals[name] as Principal;
      const from = as.kind === 'service' ? as.service : 'gateway';
      const { status, body } = await service.request('/test/guarded', { as, from });
      expect([name, status]).toEqual([name, expectedStatus(rule, name)]);
      if (status === 200) expect(body.data).toEqual(as);
      else expect(body.code).toBe(status === 401 ? 'UNAUTHENTICATED' : 'FORBIDDEN');
    }
  },
);
