export { createFlags, type Flags, type FlagsOptions } from './create-flags.ts';
export {
  type CompiledFlag,
  compileFlags,
  type Explanation,
  explainFlag,
  type SharedEvaluation,
} from './evaluation/compile-flag.ts';
export { contextFrom, type EvaluationContext, userContext } from './evaluation/context.ts';
export { valueFault } from './evaluation/operators.ts';
