import Type, { type TSchema } from 'typebox';
import { type Contract, dialectAt, isInternal, isUnder } from './contract.ts';
import { ownDialect } from './dialect.ts';
import { isErrorCode } from './error-catalogue.ts';
import { wireSchema } from './reply.ts';
import { canStream, type RouteDefinition } from './route.ts';
import { walkProperties } from './schema-walk.ts';

const idPattern = /^[a-z][a-zA-Z]*(\.[a-z][a-zA-Z]*)+$/;

/** What a contract lacks of the house rules, one sentence each; empty where it keeps them all. */
export function contractFaults(contract: Contract): string[] {
  const routes = Object.values(contract.routes);
  return [...duplicates(routes), ...routes.flatMap((route) => routeFaults(contract, route))];
}

function duplicates(routes: readonly RouteDefinition[]): string[] {
  const keys = routes.flatMap((route) => [route.id, `${route.method} ${route.path}`]);
  return keys.filter((key, index) => keys.indexOf(key) !== index).map((key) => `${key} is declared twice.`);
}

function routeFaults(contract: Contract, route: RouteDefinition): string[] {
  const faults: string[] = [];
  const check = (holds: boolean, fault: string) => {
    if (!holds) faults.push(`${route.id}: ${fault}`);
  };
  check(idPattern.test(route.id), 'the id is not of the form owner.operation.');
  check(route.summary.length > 0 && route.description.length > 0, 'summary and description are needed.');
  const declared = route.auth !== undefined;
  check(declared, 'who may call it is not declared.');
  check(route.errors.every(isErrorCode), 'it names an error that is not in the catalogue.');
  check(
    (declared && isInternal(route)) || contract.prefixes.some((prefix) => isUnder(prefix, route.path)),
    `${route.path} lies under none of the prefixes of ${contract.service}.`,
  );
  check(
    pathParameters(route.path).join() === Object.keys(route.params?.properties ?? {}).join(),
    'the parameters in its path and in its params differ.',
  );
  check(!(route.events && route.chunks), 'it streams events of its own and of another protocol.');
  check(!route.events || 'done' in route.events, 'its events lack done, which ends them.');
  check(!route.events || !('error' in route.events), 'the event error is the same everywhere: leave it out.');
  check(canStream(route) || route.streamMaxMs === undefined, 'a time for its stream, but no stream.');
  check(!route.idempotent || route.method === 'POST', 'only a POST needs an idempotency key.');
  check(
    (route.dialect ?? ownDialect) === dialectAt(contract, route.path),
    'its dialect differs from that of its prefix.',
  );
  check(headerNames(route).every(isLowerCase), 'the names of its headers are not in lower case.');
  for (const [where, schema] of schemasOf(route)) faults.push(...undescribed(`${route.id} ${where}`, schema));
  return faults;
}

function headerNames({ requestHeaders = {}, responseHeaders = {} }: RouteDefinition): string[] {
  return [...Object.keys(requestHeaders), ...Object.keys(responseHeaders)];
}

function isLowerCase(name: string): boolean {
  return name === name.toLowerCase();
}

function pathParameters(path: string): string[] {
  return [...path.matchAll(/:([a-zA-Z]+)/g)].map((match) => match[1] ?? '');
}

function schemasOf(route: RouteDefinition): [string, TSchema][] {
  const replies = [route.reply, ...Object.values(route.otherReplies ?? {})].map(wireSchema);
  const all: [string, TSchema | undefined][] = [
    ['params', route.params],
    ['query', route.query],
    ['body', route.body],
    ['request header', Type.Object({ ...route.requestHeaders })],
    ['response header', Type.Object({ ...route.responseHeaders })],
    ['chunk', route.chunks],
    ...replies.map((schema): [string, TSchema | undefined] => ['reply', schema]),
    ...Object.entries(route.events ?? {}).map(([name, schema]): [string, TSchema] => [
      `event ${name}`,
      schema,
    ]),
  ];
  return all.filter((entry): entry is [string, TSchema] => entry[1] !== undefined);
}

/** The envelope's own `data` needs no words beyond its content's. */
function undescribed(where: string, schema: TSchema): string[] {
  const faults: string[] = [];
  walkProperties(schema, where, (property, path) => {
    if (typeof property.description !== 'string') faults.push(`${path} has no description.`);
  });
  return faults;
}
