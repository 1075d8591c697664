import type { DatasetCase, Grader } from '@valuecanvas/contracts-prompt-registry';
import { valueSchemaFault } from '@valuecanvas/prompts-sdk';
import { expressionFault } from './expression.ts';
import { patternFault } from './regex.ts';

export interface Fault {
  readonly path: string;
  readonly message: string;
}

/** Returns the faults of graders that their schemas cannot express. */
export function graderFaults(graders: readonly Grader[], path: string): Fault[] {
  return graders.flatMap((grader, index) => {
    const [field, message] = faultOf(grader);
    return message === undefined ? [] : [{ path: `${path}.${index}.${field}`, message }];
  });
}

function faultOf(grader: Grader): readonly [field: string, message: string | undefined] {
  switch (grader.type) {
    case 'regex':
      return ['pattern', patternFault(grader.pattern)];
    case 'json_schema':
      return ['schema', valueSchemaFault(grader.schema)];
    case 'expression':
      return ['expression', expressionFault(grader.expression)];
    default:
      return ['type', undefined];
  }
}

/** Returns a fault if a case lacks what its graders compare with. */
export function caseFaults(
  { expected, graders = [] }: DatasetCase,
  common: readonly Grader[],
  path: string,
): Fault[] {
  const all = [...common, ...graders];
  if (all.length === 0) return [{ path, message: 'has no grader. Add one to the dataset or to the case.' }];
  const isWanting = all.some(
    (grader) =>
      (grader.type === 'exact' && grader.value === undefined) ||
      (grader.type === 'contains' && grader.values === undefined),
  );
  return isWanting && expected === undefined
    ? [{ path: `${path}.expected`, message: 'is missing, but a grader compares the answer with it' }]
    : [];
}
