declare module 'vitest' {
  interface ProvidedContext {
    /** Owner's URL of the server on which each test file gets its own database. */
    postgresUrl: string;
    /** Migrated template database. */
    postgresTemplate: string;
    redisUrl: string;
  }
}

export {};
