import { randomUUID } from 'node:crypto';
import { at } from './fields.ts';
import type { Answer, Question } from './target.ts';

/** One public route. */
export interface Operation {
  readonly method: string;
  /** Path with parameters in braces. */
  readonly path: string;
  /** Path with plausible parameter values. */
  readonly filledPath: string;
  readonly takesJson: boolean;
  /** True if it refuses requests without credentials. */
  readonly guarded: boolean;
  /** True if it refuses users with the role `user`. */
  readonly operatorsOnly: boolean;
}

const methods = ['get', 'post', 'put', 'patch', 'delete'];

/** Reads the routes of an OpenAPI document. Throws if there are none. */
export function readOperations({ status, json }: Pick<Answer, 'status' | 'json'>): Operation[] {
  const operations = Object.entries(at(json, 'paths') ?? {}).flatMap(([path, item]) =>
    Object.entries(item as object)
      .filter(([method]) => methods.includes(method))
      .map(([method, operation]) => readOperation(method, path, operation)),
  );
  if (operations.length === 0) throw new Error(`no OpenAPI document (status ${status})`);
  return operations;
}

/** Builds a minimal request for a route. */
export function questionOf({ method, filledPath, takesJson }: Operation): Question {
  return { method, path: filledPath, ...(takesJson ? { body: {} } : {}) };
}

function readOperation(method: string, path: string, operation: unknown): Operation {
  const ways = (at(operation, 'security') ?? []) as Readonly<Record<string, readonly string[]>>[];
  return {
    method: method.toUpperCase(),
    path,
    filledPath: fill(path, (at(operation, 'parameters') ?? []) as unknown[]),
    takesJson: at(operation, 'requestBody', 'content', 'application/json') !== undefined,
    guarded: ways.length > 0 && ways.every((way) => Object.keys(way).length > 0),
    operatorsOnly: isElevated(at(operation, 'x-permission')),
  };
}

/** The permissions that every user holds, listed here independently of the platform's own catalogue. */
const userPermissions: readonly unknown[] = ['llm', 'flags:evaluate', 'prompts:read'];

function isElevated(permission: unknown): boolean {
  return permission !== undefined && !userPermissions.includes(permission);
}

function fill(path: string, parameters: readonly unknown[]): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const parameter = parameters.find((one) => at(one, 'in') === 'path' && at(one, 'name') === name);
    if (at(parameter, 'schema', 'format') === 'uuid') return randomUUID();
    return at(parameter, 'schema', 'type') === 'integer' ? '1' : 'probe';
  });
}
