export { createFlags, type Flags, type FlagsOptions } from './create-flags.ts';
export {
  type CompiledFlag,
  compileFlag,
  compileFlags,
  type SharedEvaluation,
} from './evaluation/compile-flag.ts';
export { type EvaluationContext, userContext } from './evaluation/context.ts';
