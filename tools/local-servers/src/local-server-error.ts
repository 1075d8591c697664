import { CommandError } from './run-command.ts';

/** A failure whose message tells the user at the terminal what is wrong and what to do. */
export class LocalServerError extends Error {
  override name = 'LocalServerError';
}

/** Translates a full disk and missing permissions into a LocalServerError. Returns other errors unchanged. */
export function explainFailure(error: unknown, folder: string): unknown {
  if (error instanceof LocalServerError) return error;
  if (isDiskFull(error)) return diskFull(folder, error);
  if (isDenied(error)) return denied(folder, error);
  return error;
}

/** Returns true if a full disk caused an error of the operating system or of a command. */
export function isDiskFull(error: unknown): boolean {
  if (error instanceof CommandError) return saysDiskFull(error.output);
  return error instanceof Error && 'code' in error && error.code === 'ENOSPC';
}

/** Returns true if the output of a server or a tool reports a full disk. */
export function saysDiskFull(text: string): boolean {
  return /No space left on device|ENOSPC|enough free space/.test(text);
}

export function diskFull(folder: string, cause?: unknown): LocalServerError {
  const message = `The disk that holds ${folder} is full. Free some space and start again.`;
  return new LocalServerError(message, { cause });
}

function isDenied(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM');
}

function denied(folder: string, error: NodeJS.ErrnoException): LocalServerError {
  const path = error.path ?? folder;
  return new LocalServerError(
    `This user has no access to ${path}. Change its owner (chown -R), or start as the user who owns it.`,
    { cause: error },
  );
}
