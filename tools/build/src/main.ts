import { basename } from 'node:path';
import { buildApp } from './build-app.ts';

const app = basename(process.argv[2] ?? '');
if (app === '') {
  console.error('Name the app to build: npx nx build canvas');
  process.exit(1);
}
await buildApp(app);
console.log(`Built dist/${app}.`);
