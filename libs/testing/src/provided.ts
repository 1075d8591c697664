declare module 'vitest' {
  interface ProvidedContext {
    /** Owner's URL of the server on which each test file gets a database of its own. */
    postgresUrl: string;
    /** Migrated database from which those are cloned. */
    postgresTemplate: string;
    redisUrl: string;
  }
}

export {};
