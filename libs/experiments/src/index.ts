export { type Arm, compileAssignment, type Split } from './assignment/assignment.ts';
export { compileChoice } from './assignment/choice.ts';
export { compileRollout } from './assignment/rollout.ts';
