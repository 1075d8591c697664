import { AppError, type UserPrincipal } from '@valuecanvas/contracts-core';
import type { LabelRow } from '../labels/label-row.ts';

/**
 * Throws FORBIDDEN if a trial would give users another version than that of a protected label, and its author would start it
 * alone, or a person who may not move labels.
 */
export function assertSecondPerson(
  { userId, permissions }: UserPrincipal,
  label: LabelRow | undefined,
  createdBy: string | null,
): void {
  if (!label?.is_protected) return;
  if (createdBy === userId)
    throw new AppError('FORBIDDEN', {
      message: `The label ${label.label} of ${label.prompt_key} is protected. Another person has to start this.`,
    });
  if (!permissions.includes('prompts:activate'))
    throw new AppError('FORBIDDEN', {
      message: `The label ${label.label} of ${label.prompt_key} is protected. Starting this needs the permission prompts:activate.`,
    });
}
