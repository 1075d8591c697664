import {
  type Contract,
  contractFaults,
  type FactDefinition,
  isInternal,
  isUnder,
  type JobDefinition,
  nullReader,
  type RouteDefinition,
  serviceNames,
} from '@valuecanvas/contracts-core';
import type { TObject, TSchema } from 'typebox';
import Value from 'typebox/value';
import { describe, expect, test } from 'vitest';
import { type ContractPackage, contractPackages } from './service-contracts.ts';

const has = (value: unknown, ...keys: string[]): value is ContractPackage =>
  typeof value === 'object' && value !== null && keys.every((key) => key in value);

function exported<T>(keys: string[]): T[] {
  const all = [...contractPackages.values()].flatMap((exports) => Object.values(exports));
  return all.filter((value) => has(value, ...keys)) as T[];
}

const contracts = exported<Contract>(['service', 'routes', 'prefixes']);
const routes = contracts.flatMap(({ service, routes }) =>
  Object.values<RouteDefinition>(routes).map((route) => ({ service, route })),
);
const facts = exported<FactDefinition>(['name', 'owner', 'schema']);
const jobs = exported<JobDefinition>(['name', 'payload', 'attempts']);

const repeated = (values: readonly string[]): string[] =>
  values.filter((value, index) => values.indexOf(value) !== index);

/** Top-level properties of a payload without a description. */
const undescribed = (name: string, { properties }: TObject): string[] =>
  Object.entries(properties)
    .filter(([, property]) => typeof (property as { description?: unknown }).description !== 'string')
    .map(([property]) => `${name}.${property}`);

describe('the contracts of all services', () => {
  test('exist once per service', () => {
    expect(contracts.map(({ service }) => service).sort()).toEqual([...serviceNames].sort());
  });

  test.each(contracts)('of $service follows the rules for contracts', (contract) => {
    expect(contractFaults(contract)).toEqual([]);
  });

  test('contain every route that their packages define', () => {
    const defined = exported<RouteDefinition>(['method', 'path', 'auth']).map(({ id }) => id);
    expect(routes.map(({ route }) => route.id)).toEqual(expect.arrayContaining(defined));
  });

  test('share no operation id', () => {
    expect(repeated(routes.map(({ route }) => route.id))).toEqual([]);
  });

  test('share no method and path', () => {
    expect(repeated(routes.map(({ route }) => `${route.method} ${route.path}`))).toEqual([]);
  });

  test('share no prefix', () => {
    expect(repeated(contracts.flatMap(({ prefixes }) => prefixes))).toEqual([]);
  });

  test('have each public route under the longest matching prefix', () => {
    const prefixes = contracts.flatMap(({ service, prefixes }) =>
      prefixes.map((prefix) => ({ service, prefix })),
    );
    const owner = (path: string) =>
      prefixes
        .filter(({ prefix }) => isUnder(prefix, path))
        .sort((a, b) => b.prefix.length - a.prefix.length)[0]?.service;
    const astray = routes.filter(({ service, route }) => !isInternal(route) && owner(route.path) !== service);
    expect(astray.map(({ route }) => route.id)).toEqual([]);
  });
});

describe('the body of a public route', () => {
  const withBodies = routes
    .map(({ route }) => route)
    .filter((route) => !isInternal(route) && route.body !== undefined);

  /** The optional fields of the variant to which a body belongs. */
  const optionalFields = (schema: TSchema, body: unknown): string[] => {
    const { anyOf = [schema] } = schema as { readonly anyOf?: readonly TSchema[] };
    const objects = anyOf.filter((variant) => Value.Check(variant, body)) as TObject[];
    return objects.flatMap(
      ({ properties, required = [] }: { properties: object; required?: readonly string[] }) =>
        Object.keys(properties).filter((name) => !required.includes(name)),
    );
  };

  test.each(withBodies)('of $id may have null in each optional field', ({ body, example }) => {
    const schema = body as TSchema;
    const isRefused = (name: string): boolean => {
      const sent = { ...(example as object), [name]: null };
      nullReader(schema)?.(sent);
      // An update without any change is refused.
      return Object.keys(sent).length > 0 && !Value.Check(schema, sent);
    };
    expect(optionalFields(schema, example).filter(isRefused)).toEqual([]);
  });
});

describe('the facts', () => {
  test('are found', () => expect(facts.length).toBeGreaterThan(0));

  test('share no name', () => expect(repeated(facts.map(({ name }) => name))).toEqual([]));

  test.each(facts)('$name describes each field', ({ name, schema }) => {
    expect(undescribed(name, schema)).toEqual([]);
  });

  test.each(facts)('$name has an id, so that a replay is harmless', ({ schema }) => {
    expect(schema.required).toContain('id');
  });

  test.each(facts)('$name is defined in the package of its owner', (fact) => {
    expect(Object.values(contractPackages.get(fact.owner) ?? {})).toContain(fact);
  });
});

describe('the jobs', () => {
  test('are found', () => expect(jobs.length).toBeGreaterThan(0));

  test('share no name', () => expect(repeated(jobs.map(({ name }) => name))).toEqual([]));

  test.each(jobs)('$name describes each field', ({ name, payload }) => {
    expect(undescribed(name, payload)).toEqual([]);
  });
});
