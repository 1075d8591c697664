/** What this process was started with: the only place that reads it. */
export function callerEnvironment(): NodeJS.ProcessEnv {
  return process.env;
}

/**
 * What a server inherits: nothing of the caller's settings (PGPORT, PGOPTIONS, …), and a locale that exists
 * everywhere, since a machine's LC_ALL may name one that it lacks and a server then refuses to start.
 */
export function serverEnvironment(libraryPath?: string): NodeJS.ProcessEnv {
  const libraries = libraryPath === undefined ? {} : { LD_LIBRARY_PATH: libraryPath };
  return { PATH: callerEnvironment().PATH, LC_ALL: 'C', TZ: 'UTC', ...libraries };
}
