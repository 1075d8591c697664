import { listOf, type Node, nodeOf, operationsOf, resolve } from './document.ts';
import { type Direction, schemaBreaks } from './schema-breaks.ts';
import { securityBreaks } from './security-breaks.ts';

/** Returns one sentence per change of an API that breaks its clients. */
export function breakingChanges(before: Node, after: Node): string[] {
  const now = new Map(operationsOf(after).map(({ name, node }) => [name, node]));
  return operationsOf(before).flatMap(({ name, node }) => {
    const successor = now.get(name);
    return successor
      ? operationBreaks({ name, before, after, was: node, is: successor })
      : [`${name} is gone.`];
  });
}

interface Change {
  readonly name: string;
  /** The documents. */
  readonly before: Node;
  readonly after: Node;
  /** The operation. */
  readonly was: Node;
  readonly is: Node;
}

function operationBreaks(change: Change): string[] {
  const { name, before, after, was, is } = change;
  return [
    ...securityBreaks(name, { document: before, operation: was }, { document: after, operation: is }),
    ...parameterBreaks(change),
    ...bodyBreaks(change),
    ...answerBreaks(change),
  ];
}

function compare(change: Change, what: string, was: unknown, is: unknown, direction: Direction): string[] {
  const { name, before, after } = change;
  return schemaBreaks(
    `${name}: ${what}`,
    { document: before, schema: was },
    { document: after, schema: is },
    direction,
  );
}

/** Parameters by location and name. Path parameters are identified by position. */
function parametersOf(document: Node, operation: Node): Map<string, Node> {
  const all = listOf(operation.parameters).map((parameter) => resolve(document, parameter));
  const inPath = all.filter((parameter) => parameter.in === 'path');
  return new Map(
    all.map((parameter) => [
      parameter.in === 'path'
        ? `path parameter ${inPath.indexOf(parameter) + 1}`
        : `${String(parameter.in)} parameter ${String(parameter.name)}`,
      parameter,
    ]),
  );
}

function parameterBreaks(change: Change): string[] {
  const old = parametersOf(change.before, change.was);
  const now = parametersOf(change.after, change.is);
  const faults = [...old].flatMap(([key, parameter]) => {
    const successor = now.get(key);
    if (!successor) return [`${change.name}: ${key} is gone.`];
    return compare(change, key, parameter.schema, successor.schema, 'sent');
  });
  const demanded = [...now].filter(
    ([key, { required }]) => required === true && old.get(key)?.required !== true,
  );
  return [...faults, ...demanded.map(([key]) => `${change.name}: ${key} is now required.`)];
}

function bodyBreaks(change: Change): string[] {
  const was = resolve(change.before, change.was.requestBody);
  const is = resolve(change.after, change.is.requestBody);
  const faults =
    is.required === true && was.required !== true ? [`${change.name}: a body is now required.`] : [];
  return [...faults, ...contentBreaks(change, 'body', was, is, 'sent')];
}

/** Failures may change, because clients know them from the catalogue. Successes and their contents must stay. */
function answerBreaks(change: Change): string[] {
  const old = Object.entries(nodeOf(change.was.responses)).filter(([status]) => /^[23]/.test(status));
  return old.flatMap(([status, value]) => {
    const successor = nodeOf(change.is.responses)[status];
    if (successor === undefined) return [`${change.name}: it no longer answers ${status}.`];
    const was = resolve(change.before, value);
    const is = resolve(change.after, successor);
    const headers = Object.keys(nodeOf(was.headers)).filter((header) => !(header in nodeOf(is.headers)));
    return [
      ...headers.map((header) => `${change.name}: ${status} header ${header} is gone.`),
      ...contentBreaks(change, status, was, is, 'received'),
    ];
  });
}

function contentBreaks(change: Change, what: string, was: Node, is: Node, direction: Direction): string[] {
  return Object.entries(nodeOf(was.content)).flatMap(([type, value]) => {
    const successor = nodeOf(is.content)[type];
    if (successor === undefined) return [`${change.name}: ${what} as ${type} is gone.`];
    const [old, now] = [nodeOf(value), nodeOf(successor)];
    return [
      ...compare(change, what, old.schema, now.schema, direction),
      ...eventBreaks(change, what, nodeOf(old['x-events']), nodeOf(now['x-events'])),
      ...(old['x-event-data']
        ? compare(change, `${what} event`, old['x-event-data'], now['x-event-data'], direction)
        : []),
    ];
  });
}

function eventBreaks(change: Change, what: string, was: Node, is: Node): string[] {
  return Object.entries(was).flatMap(([event, data]) =>
    event in is
      ? compare(change, `${what} event ${event}`, data, is[event], 'received')
      : [`${change.name}: ${what} event ${event} is gone.`],
  );
}
