/** The environment of this process. Only this file reads it. */
export function callerEnvironment(): NodeJS.ProcessEnv {
  return process.env;
}

/**
 * The environment of a server. It excludes the caller's settings (PGPORT, PGOPTIONS, …) and sets a locale that exists
 * everywhere: a server refuses to start if LC_ALL names a locale that the machine lacks.
 */
export function serverEnvironment(libraryPath?: string): NodeJS.ProcessEnv {
  const libraries = libraryPath === undefined ? {} : { LD_LIBRARY_PATH: libraryPath };
  return { PATH: callerEnvironment().PATH, LC_ALL: 'C', TZ: 'UTC', ...libraries };
}
