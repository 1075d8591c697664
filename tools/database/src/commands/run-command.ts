import { DatabaseToolError } from '../database-tool-error.ts';

/**
 * Runs a command of this tool. A DatabaseToolError prints its sentence only; any other error prints its stack. Both exit
 * with code 1.
 */
export async function runCommand(command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    console.error(error instanceof DatabaseToolError ? error.message : error);
    process.exitCode = 1;
  }
}

/** Returns the owner's URL from MIGRATION_DATABASE_URL. Throws DatabaseToolError if it is unset or invalid. */
export function ownerUrl(env: NodeJS.ProcessEnv): string {
  const url = env.MIGRATION_DATABASE_URL;
  if (!url) {
    throw new DatabaseToolError(
      'MIGRATION_DATABASE_URL is not set: set it to the URL of the database, with a role that owns it.',
    );
  }
  if (!URL.canParse(url)) {
    throw new DatabaseToolError(
      'MIGRATION_DATABASE_URL is not a URL: it must look like postgresql://user:password@host:5432/database.',
    );
  }
  return url;
}
