import fc from 'fast-check';
import type { Question } from '../target.ts';
import { type Broken, createBrokenValues } from './broken-values.ts';
import type { DocumentedOperation, Parameter } from './documented.ts';
import { type Resolve, type Schema, typesOf } from './schema.ts';
import { createValidValues, type Known } from './valid-values.ts';

export interface BrokenRequest {
  readonly rule: string;
  readonly question: fc.Arbitrary<Question>;
}

export interface Requests {
  /** Requests that satisfy all rules of the document. */
  readonly valid: fc.Arbitrary<Question>;
  /** For each rule, requests that break only it. */
  readonly broken: readonly BrokenRequest[];
}

/** Values for each part of a request. */
interface Parts {
  readonly path: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly header: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

/** Generates valid and invalid requests for an operation. */
export function createRequests(operation: DocumentedOperation, resolve: Resolve, known: Known): Requests {
  const values = createValidValues(resolve, known);
  const brokenValues = createBrokenValues(resolve, values);
  const partsIn = (place: Parameter['in']) => {
    const parameters = operation.parameters.filter((parameter) => parameter.in === place);
    const properties = Object.fromEntries(parameters.map(({ name, schema }) => [name, schema]));
    const required = parameters.filter((parameter) => parameter.required).map(({ name }) => name);
    const object = { type: 'object', properties, required, additionalProperties: false };
    return values(object).map((part) => part as Readonly<Record<string, unknown>>);
  };
  const { body } = operation;
  const parts: fc.Arbitrary<Parts> = fc
    .record({
      path: partsIn('path'),
      query: partsIn('query'),
      header: partsIn('header'),
      ...(body ? { body: values(body.schema) } : {}),
    })
    .filter(({ path, header }) => isSendable('path', path) && isSendable('header', header));
  const toQuestion = (all: Parts) => questionOf(operation, all);

  const breakParameter = ({ name, in: place, schema, required }: Parameter): BrokenRequest[] => {
    const twice = { rule: 'twice', value: values(schema).map((value) => [value, value]) };
    const shapes = [
      ...brokenValues(schema).flatMap((one) => asText(one, resolve(schema))),
      ...(place === 'query' ? [twice] : []),
    ];
    const broken = shapes.map(({ rule, value }) => ({
      rule: `${place} parameter ${name}: ${rule}`,
      question: fc
        .tuple(parts, value)
        .map(([all, text]) => ({ ...all, [place]: { ...all[place], [name]: text } })),
    }));
    const left = parts.map((all) => ({ ...all, [place]: { ...all[place], [name]: undefined } }));
    const missing = { rule: `${place} parameter ${name}: required`, question: left };
    return [...broken, ...(required && place !== 'path' ? [missing] : [])].flatMap(({ rule, question }) => {
      const [example] = fc.sample(question, { numRuns: 1, seed: 1 });
      return example && isSendable(place, example[place])
        ? [{ rule, question: question.map(toQuestion) }]
        : [];
    });
  };

  const breakBody = (schema: Schema): BrokenRequest[] => [
    ...brokenValues(schema).map(({ rule, value }) => ({
      rule: `body.${rule}`,
      question: fc.tuple(parts, value).map(([all, broken]) => toQuestion({ ...all, body: broken })),
    })),
    ...Object.entries(otherBodies).map(([rule, other]) => ({
      rule: `body: ${rule}`,
      question: parts.map((all) => ({ ...toQuestion(all), ...other })),
    })),
  ];

  return {
    valid: parts.map(toQuestion),
    broken: [...operation.parameters.flatMap(breakParameter), ...(body ? breakBody(body.schema) : [])],
  };
}

const otherBodies: Readonly<Record<string, Partial<Question>>> = {
  none: { body: '' },
  'no JSON': { body: '{"half":' },
  'another content type': { headers: { 'content-type': 'text/plain' } },
  'a content type of forms': { headers: { 'content-type': 'application/x-www-form-urlencoded' } },
  'no content type': { headers: { 'content-type': '' } },
};

/** In URLs and headers every value is text, so that only text can violate the type of a number. */
function asText({ rule, value }: Broken, schema: Schema): Broken[] {
  const isText = typesOf(schema).includes('string') || schema.enum !== undefined;
  if (!rule.startsWith('type')) return [{ rule, value: value.map(String) }];
  if (isText || !/string|number|boolean/.test(rule)) return [];
  return [{ rule, value: value.map(String) }];
}

/** Excludes texts that a path or header cannot carry: an empty segment would change the path. */
function isSendable(place: Parameter['in'], values: Readonly<Record<string, unknown>>): boolean {
  const texts = Object.values(values).flatMap((value) => (value === undefined ? [] : [String(value)]));
  if (place === 'path') return texts.every((text) => !/^\.{0,2}$/.test(text));
  return place === 'query' || texts.every((text) => /^(?:[!-~](?:[ -~]*[!-~])?)?$/.test(text));
}

function questionOf({ method, path }: DocumentedOperation, parts: Parts): Question {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(parts.path[name])),
  );
  const query = Object.entries(parts.query).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((one) => [name, one] as const),
  );
  const search = query.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&');
  const headers = Object.fromEntries(
    Object.entries(parts.header).map(([name, value]) => [name, String(value)]),
  );
  return {
    method,
    path: search === '' ? filled : `${filled}?${search}`,
    headers,
    ...('body' in parts ? { body: JSON.stringify(parts.body) } : {}),
  };
}
