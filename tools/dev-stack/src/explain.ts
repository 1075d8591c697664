import { DatabaseToolError } from '@valuecanvas/database';
import { LocalServerError } from '@valuecanvas/local-servers';
import { StackError } from './stack-error.ts';

/** Renders an error for the user at the terminal: its message if it is made for users, else its stack. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ([StackError, LocalServerError, DatabaseToolError].some((known) => error instanceof known)) {
    return error.message;
  }
  const { code, path } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC')
    return `The disk is full${path ? ` at ${path}` : ''}. Free some space and start again.`;
  if (code === 'EACCES' || code === 'EPERM') {
    return `This user has no access to ${path ?? 'a file of the state'}. Change its owner (chown -R), or start as the user who owns it.`;
  }
  return error.stack ?? error.message;
}
