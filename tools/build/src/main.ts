import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { buildApp } from './build-app.ts';
import { buildPage } from './build-page.ts';

const apps = process.argv.slice(2).map((argument) => basename(argument));
if (apps.length === 0) {
  console.error('Name the apps to build: npx nx build canvas');
  process.exit(1);
}
for (const app of apps) {
  const isPage = existsSync(join(import.meta.dirname, '../../../apps', app, 'vite.config.ts'));
  await (isPage ? buildPage(app) : buildApp(app));
  console.log(`Built dist/${app}.`);
}
