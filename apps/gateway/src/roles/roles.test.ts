import { permissions, rolePermissions } from '@valuecanvas/contracts-core';
import { ConfigError } from '@valuecanvas/service-kit';
import { expect, test } from 'vitest';
import { readRoles } from './roles.ts';

test('without ROLES, a deployment has the built-in roles', () => {
  const roles = readRoles();
  expect(roles.names).toEqual(['user', 'operator', 'admin']);
  expect(roles.permissionsOf('admin')).toEqual(permissions);
  expect(roles.permissionsOf('user')).toEqual(['llm', 'flags:evaluate', 'prompts:read']);
});

test('a defined role holds its permissions and those of a user', () => {
  const roles = readRoles('{"support":["audit:read","users:read","audit:read"],"guest":[]}');
  expect(roles.names).toEqual(['user', 'operator', 'admin', 'support', 'guest']);
  expect(roles.permissionsOf('support')).toEqual([...rolePermissions.user, 'users:read', 'audit:read']);
  expect(roles.permissionsOf('guest')).toEqual(rolePermissions.user);
});

test.each(['root', '', 'constructor', '__proto__', 7, undefined])('%j is not a role', (name) => {
  expect(readRoles().isRole(name)).toBe(false);
});

test('a role that no longer exists holds the permissions of a user', () => {
  expect(readRoles().permissionsOf('support')).toEqual(rolePermissions.user);
});

test.each<[string, RegExp]>([
  ['{', /^ROLES is not JSON: /],
  ['["support"]', /^ROLES must be a JSON object/],
  ['null', /^ROLES must be a JSON object/],
  ['{"Support":[]}', /^ROLES\.Support: the name must match /],
  ['{"admin":[]}', /^ROLES\.admin: the built-in roles user, operator, admin cannot be redefined\.$/],
  ['{"support":"audit:read"}', /^ROLES\.support must be an array of permissions\.$/],
  ['{"support":["audit:everything"]}', /^ROLES\.support: "audit:everything" is not one of llm, /],
  ['{"support":[["audit:read"]]}', /^ROLES\.support: \["audit:read"\] is not one of llm, /],
])('ROLES=%s is refused when the service starts', (json, fault) => {
  expect(() => readRoles(json)).toThrow(ConfigError);
  try {
    readRoles(json);
  } catch (error) {
    expect((error as ConfigError).faults).toEqual([expect.stringMatching(fault)]);
  }
});

test('all faults are reported together', () => {
  expect(() => readRoles('{"user":[],"support":["a","b"]}')).toThrow(
    expect.objectContaining({ faults: expect.objectContaining({ length: 3 }) }),
  );
});
