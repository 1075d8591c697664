import type { ServiceVariables, Variable } from '@valuecanvas/environment';

/** One variable with the services that read it. Their defaults may differ. */
export interface SharedVariable extends Variable {
  readonly readers: readonly string[];
  /** Default by service, if they differ. */
  readonly fallbacks: ReadonlyMap<string, string | undefined>;
}

/** Groups the variables of all services by name, in declaration order. */
export function mergeVariables(services: readonly ServiceVariables[]): SharedVariable[] {
  const all = services.flatMap(({ service, variables }) =>
    variables.map((variable) => ({ service, variable })),
  );
  return [...Map.groupBy(all, ({ variable }) => variable.name).values()].map(merge);
}

function merge(uses: readonly { service: string; variable: Variable }[]): SharedVariable {
  const [first] = uses;
  if (!first) throw new Error('No service reads this variable.');
  const fallbacks = new Map(uses.map(({ service, variable }) => [service, variable.fallback]));
  const same = new Set(fallbacks.values()).size === 1;
  return {
    ...first.variable,
    description: [...new Set(uses.map(({ variable }) => variable.description))].join(' '),
    required: uses.some(({ variable }) => variable.required),
    fallback: same ? first.variable.fallback : undefined,
    secret: uses.some(({ variable }) => variable.secret),
    readers: uses.map(({ service }) => service),
    fallbacks: same ? new Map() : fallbacks,
  };
}
