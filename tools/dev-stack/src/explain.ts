import { DatabaseToolError } from '@valuecanvas/database';
import { LocalServerError } from '@valuecanvas/local-servers';
import { StackError } from './stack-error.ts';

/** What the person at the terminal gets to read: a sentence where there is one, else where the fault came from. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ([StackError, LocalServerError, DatabaseToolError].some((known) => error instanceof known)) {
    return error.message;
  }
  const { code, path } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC')
    return `The disk is full${path ? ` at ${path}` : ''}; free some space and start again.`;
  if (code === 'EACCES' || code === 'EPERM') {
    return `This user may not use ${path ?? 'a file of the state'}: make it this user's (chown -R), or start as the user it belongs to.`;
  }
  return error.stack ?? error.message;
}
