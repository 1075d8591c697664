import { isInternal, type RouteDefinition } from '@valuecanvas/contracts-core';
import { actionNames, actions } from '@valuecanvas/load/journey';
import Value from 'typebox/value';
import { expect, test } from 'vitest';
import { contracts } from '../src/contracts.ts';

const routes = contracts
  .flatMap(({ routes }): readonly RouteDefinition[] => Object.values(routes))
  .filter((route) => !isInternal(route));

const user = { account: { token: 'token' }, canvasId: '0198c0de-0000-7000-8000-000000000000' };

test.each(actionNames)('the load test sends what the contract of "%s" accepts', (name) => {
  const { method, path, body } = requestOf(name);
  const route = routes.find((each) => each.method === method && matches(each.path, path));
  expect(route, `${method} ${path} is a public route`).toBeDefined();
  if (route?.body === undefined) expect(body).toBeUndefined();
  else expect([...Value.Errors(route.body, body)]).toEqual([]);
});

test('the shares of the requests add up to 100 %', () => {
  expect(actionNames.reduce((sum, name) => sum + actions[name].share, 0)).toBe(100);
});

function requestOf(name: (typeof actionNames)[number]): { method: string; path: string; body?: unknown } {
  return actions[name].request(user, () => 0.5);
}

/** Compares a path with that of a route, in which `:name` stands for any segment. */
function matches(pattern: string, path: string): boolean {
  const segments = path.split('?')[0]?.split('/');
  const expected = pattern.split('/');
  return (
    segments?.length === expected.length &&
    expected.every((segment, index) => segment.startsWith(':') || segment === segments[index])
  );
}
