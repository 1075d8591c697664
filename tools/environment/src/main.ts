import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs, parseEnv } from 'node:util';
import { serviceNames } from '@valuecanvas/contracts-core';
import { passes, report } from './report.ts';
import { verifyEnvironment } from './verify-environment.ts';

const usage = `npm run verify:env -- [file] [--service name]…
  file       default .env
  --service  services that get these variables; default all`;

const { values, positionals } = parseArgs({
  options: { service: { type: 'string', multiple: true, default: [] } },
  allowPositionals: true,
});
const services = serviceNames.filter((service) => values.service.includes(service));
if (positionals.length > 1 || services.length !== values.service.length) {
  console.error(usage);
  process.exit(2);
}

const path = resolve(process.env.INIT_CWD ?? '.', positionals[0] ?? '.env');
const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
  console.error(`${path} cannot be read (${error.code}).\n${usage}`);
  process.exit(2);
});
const environment = parseEnv(text);
// The AWS SDK takes credentials from the process only.
for (const [name, value] of Object.entries(environment))
  if (name.startsWith('AWS_') && value) process.env[name] ??= value;

const results = await verifyEnvironment(environment, services.length > 0 ? { services } : {});
console.log(report(results));
// A connection that hangs does not hold up the end.
process.exit(passes(results) ? 0 : 1);
