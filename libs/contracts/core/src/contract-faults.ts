import Type, { type TSchema } from 'typebox';
import { type Contract, dialectAt, isInternal, isUnder } from './contract.ts';
import { ownDialect } from './dialect.ts';
import { isErrorCode } from './error-catalogue.ts';
import { wireSchema } from './reply.ts';
import { canStream, type RouteDefinition, successStatus } from './route.ts';
import { walkProperties } from './schema-walk.ts';

const idPattern = /^[a-z][a-zA-Z]*(\.[a-z][a-zA-Z]*)+$/;

/** Returns the rules that a contract violates, one sentence each. */
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
  check(route.summary.length > 0 && route.description.length > 0, 'its summary or description is missing.');
  const declared = route.auth !== undefined;
  check(declared, 'its authorization is not declared.');
  check(route.errors.every(isErrorCode), 'it declares an error that is not in the catalogue.');
  check(
    (declared && isInternal(route)) || contract.prefixes.some((prefix) => isUnder(prefix, route.path)),
    `${route.path} is outside the prefixes of ${contract.service}.`,
  );
  check(
    pathParameters(route.path).join() === Object.keys(route.params?.properties ?? {}).join(),
    'the parameters in its path and its params differ.',
  );
  check(!/\*./.test(route.path), 'only the last parameter of its path may contain slashes.');
  check(
    route.reply.kind !== 'list' || isListQuery(route.query),
    'its reply is a list, but its query is not a listQuery.',
  );
  check(
    Object.entries({ [successStatus(route)]: route.reply, ...route.otherReplies }).every(
      ([status, { kind }]) => kind !== 'accepted' || status === '202',
    ),
    'a job is accepted with the status 202.',
  );
  check(!(route.events && route.chunks), 'it declares both events and chunks.');
  check(!route.events || 'done' in route.events, 'its events lack done, which ends the stream.');
  check(!route.events || !('error' in route.events), 'the event error is implied: do not declare it.');
  check(
    canStream(route) || route.streamMaxMs === undefined,
    'it limits the time of its stream but streams nothing.',
  );
  check(!route.idempotent || route.method === 'POST', 'only a POST may have an idempotency key.');
  check(
    !route.idempotent || isForUsers(route),
    'an idempotency key belongs to a user, but the route does not require one.',
  );
  check(
    route.idempotent !== true || canBeStored(route),
    'its answer cannot be stored: only JSON in the envelope can.',
  );
  check(
    (route.dialect ?? ownDialect) === dialectAt(contract, route.path),
    'its dialect differs from that of its prefix.',
  );
  check(headerNames(route).every(isLowerCase), 'its header names are not in lower case.');
  for (const [where, schema] of schemasOf(route)) faults.push(...undescribed(`${route.id} ${where}`, schema));
  return faults;
}

function isForUsers({ auth }: RouteDefinition): boolean {
  return auth !== undefined && auth.kind !== 'anyone' && auth.kind !== 'service';
}

function isListQuery(query: RouteDefinition['query']): boolean {
  const { cursor, limit } = query?.properties ?? {};
  return cursor !== undefined && limit !== undefined && 'default' in limit;
}

/** The service kit stores the value of an answer, without its envelope. */
function canBeStored(route: RouteDefinition): boolean {
  const replies = [route.reply, ...Object.values(route.otherReplies ?? {})];
  return route.chunks === undefined && replies.every(({ kind }) => kind !== 'raw' && kind !== 'file');
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

/** Skips the envelope's `data`, which needs no description of its own. */
function undescribed(where: string, schema: TSchema): string[] {
  const faults: string[] = [];
  walkProperties(schema, where, (property, path) => {
    if (typeof property.description !== 'string') faults.push(`${path} has no description.`);
  });
  return faults;
}
