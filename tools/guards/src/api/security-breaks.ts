import { listOf, type Node, nodeOf, resolve } from './document.ts';

interface Side {
  readonly document: Node;
  readonly operation: Node;
}

/** What one way of saying who you are takes: by kind of credential, the roles or scopes it needs. */
type Way = ReadonlyMap<string, readonly unknown[]>;

/** The ways in which a client could get in before, and cannot any more. */
export function securityBreaks(name: string, before: Side, after: Side): string[] {
  const now = waysOf(after);
  return waysOf(before)
    .filter((way) => !now.some((other) => isEnough(way, other)))
    .map((way) => `${name} no longer lets in ${describe(way)}.`);
}

/** Where nothing is asked for, anybody gets in. */
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

/** What goes over the wire; what the document calls it may change. */
function kindOf({ type, scheme, in: place, name }: Node): string {
  return [type, scheme, place, name].filter((word) => word !== undefined).join(' ');
}

/** Whether whoever has `held` can show what `asked` wants. A document that named no roles promised nothing of them. */
function isEnough(held: Way, asked: Way): boolean {
  return [...asked].every(([kind, wanted]) => {
    const has = held.get(kind);
    if (has === undefined) return false;
    return has.length === 0 || wanted.every((role) => has.includes(role) || isBelow(role, has));
  });
}

/** An admin is a user too. */
function isBelow(role: unknown, held: readonly unknown[]): boolean {
  return role === 'user' && held.includes('admin');
}

function describe(way: Way): string {
  if (way.size === 0) return 'everybody';
  return [...way].map(([kind, roles]) => [kind, ...roles].join(' ')).join(' with ');
}
