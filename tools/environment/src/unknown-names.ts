import { readFile } from 'node:fs/promises';
import type { Result } from './check.ts';
import { olderNames } from './older-names.ts';
import type { ServiceVariables } from './service-variables.ts';
import { composeVariables, toolVariables } from './tool-variables.ts';

/** Prefixes of variables that libraries and Node read themselves. */
const foreign = /^(?:AWS_|OTEL_|NODE_|COMPOSE_|PG)/;

const composeFiles = ['docker-compose.yml', 'infrastructure/docker-compose.observability.yml'];

/** Names of all variables that services, commands and Compose files read, with `<NAME>_FILE` for those of services. */
export async function knownNames(services: readonly ServiceVariables[]): Promise<ReadonlySet<string>> {
  const ofServices = services.flatMap(({ variables }) => variables.map(({ name }) => name));
  const ofTools = [...toolVariables, ...composeVariables].map(({ name }) => name);
  const texts = await Promise.all(
    composeFiles.map((path) => readFile(new URL(`../../../${path}`, import.meta.url), 'utf8')),
  );
  const ofCompose = texts.flatMap((text) => [...text.matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name));
  return new Set([...ofServices, ...ofServices.map((name) => `${name}_FILE`), ...ofTools, ...ofCompose]);
}

/** Warns of each variable that no program reads, with its new or its nearest name. */
export function unknownNames(names: readonly string[], known: ReadonlySet<string>): Result[] {
  return names
    .filter((name) => !known.has(name) && !foreign.test(name))
    .map((name) => {
      const former = olderNames.find(({ older }) => older === name);
      const near = nearestName(name, known);
      return {
        what: name,
        state: 'warning' as const,
        detail: 'No program reads this variable.',
        todo: former
          ? `${former.now ? `Set ${former.now} instead. ` : 'Remove it. '}${former.note}`
          : near
            ? `Did you mean ${near}?`
            : 'Remove it, or look for its name in .env.example.',
      };
    });
}

/** Returns the known name with the fewest changes of letters, if they are fewer than a third of the name. */
function nearestName(name: string, known: ReadonlySet<string>): string | undefined {
  const [nearest] = [...known]
    .map((candidate) => ({ candidate, distance: distanceBetween(name, candidate) }))
    .sort((one, other) => one.distance - other.distance);
  return nearest && nearest.distance <= name.length / 3 ? nearest.candidate : undefined;
}

/** Levenshtein's distance. */
function distanceBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1];
    for (const [column, against] of [...other].entries()) {
      const replaced = (row[column] ?? 0) + (letter === against ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
