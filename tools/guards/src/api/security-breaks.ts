import { builtInRoles, isPermission, rolePermissions } from '@valuecanvas/contracts-core';
import { listOf, type Node, nodeOf, resolve } from './document.ts';

interface Side {
  readonly document: Node;
  readonly operation: Node;
}

/** One accepted combination of credentials: by kind of credential, the permissions that it must carry. */
type Way = ReadonlyMap<string, readonly unknown[]>;

/** Returns one sentence per combination of credentials that is no longer accepted. */
export function securityBreaks(name: string, before: Side, after: Side): string[] {
  const now = waysOf(after);
  return waysOf(before)
    .filter((way) => !now.some((other) => isEnough(way, other)))
    .map((way) => `${name} no longer lets in ${describe(way)}.`);
}

/** Without requirements, the empty combination is enough. */
function waysOf({ document, operation }: Side): Way[] {
  const requirements = listOf(operation.security);
  if (requirements.length === 0) return [new Map()];
  const schemes = nodeOf(nodeOf(document.components).securitySchemes);
  return requirements.map(
    (requirement) =>
      new Map(
        Object.entries(nodeOf(requirement)).map(([scheme, roles]) => [
          kindOf(resolve(document, schemes[scheme])),
          listOf(roles),
        ]),
      ),
  );
}

/**
 * The form of a credential on the wire; its name in the document may change. Access tokens and API keys are both bearer
 * tokens and differ in their format.
 */
function kindOf({ type, scheme, bearerFormat, in: place, name }: Node): string {
  return [type, scheme, bearerFormat, place, name].filter((word) => word !== undefined).join(' ');
}

/** Returns true if `held` satisfies `asked`. A document without permissions promises none. */
function isEnough(held: Way, asked: Way): boolean {
  return [...asked].every(([kind, wanted]) => {
    const has = held.get(kind);
    if (has === undefined) return false;
    return has.length === 0 || wanted.every((one) => has.some((other) => implies(other, one, kind)));
  });
}

/**
 * Returns true if meeting one requirement implies the other. A role holds its permissions. A signed-in user with any role
 * or permission is a `user`, but an API key is not.
 */
function implies(held: unknown, wanted: unknown, kind: string): boolean {
  if (held === wanted) return true;
  const role = builtInRoles.find((name) => name === held);
  if (wanted === 'user') return role !== undefined || (isPermission(held) && !isApiKey(kind));
  return role !== undefined && (rolePermissions[role] as readonly unknown[]).includes(wanted);
}

/** An API key is a bearer token without a format, or comes in a separate header. */
function isApiKey(kind: string): boolean {
  return kind === 'http bearer' || kind.startsWith('apiKey header');
}

function describe(way: Way): string {
  if (way.size === 0) return 'everybody';
  return [...way].map(([kind, roles]) => [kind, ...roles].join(' ')).join(' with ');
}
