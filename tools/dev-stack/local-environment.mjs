import { existsSync } from 'node:fs';
import { loadEnvFile } from 'node:process';

// Preloaded by npm scripts that need a database. Variables come from the environment, then from `.env`, then from the file
// that the local platform writes while it runs.
for (const file of ['.env', '.dev/environment']) if (existsSync(file)) loadEnvFile(file);
