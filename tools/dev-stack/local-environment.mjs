import { existsSync } from 'node:fs';
import { loadEnvFile } from 'node:process';

// Preloaded by npm scripts that need a database: what the environment says wins over `.env`, and that over what the
// local platform has left for them while it runs.
for (const file of ['.env', '.dev/environment']) if (existsSync(file)) loadEnvFile(file);
