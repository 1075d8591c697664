import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { composeVariables, readServiceVariables, toolVariables } from '@valuecanvas/environment';
import { parse } from 'yaml';
import { root } from '../root.ts';
import { architecturePage } from './architecture-page.ts';
import { dashboardFiles } from './dashboards/dashboards.ts';
import { databaseRolesFile } from './database-roles.ts';
import { cloudWatchComposeFile } from './deployment/cloudwatch-compose-file.ts';
import { composeFile } from './deployment/compose-file.ts';
import { dockerfiles } from './deployment/dockerfiles.ts';
import { manifestFiles } from './deployment/kubernetes/manifest-files.ts';
import type { AlertGroups } from './deployment/kubernetes/optional-files.ts';
import { prometheusFile } from './deployment/prometheus-file.ts';
import { envExample } from './env-example.ts';
import { environmentPage } from './environment-page.ts';
import { errorsPage } from './errors-page.ts';
import type { GeneratedFile } from './generated-file.ts';
import { metricsPage } from './metrics-page.ts';
import { openApiFile } from './openapi-file.ts';
import { permissionsPage } from './permissions-page.ts';
import { webRoutesFile } from './web-routes.ts';

export interface Versions {
  /** Version of the platform and its images. */
  readonly version: string;
  /** Version of Node in the lock file. */
  readonly nodeVersion: string;
}

/** Every generated file except the table types, which need a database. */
export async function generatedFiles({ version, nodeVersion }: Versions): Promise<GeneratedFile[]> {
  const services = await readServiceVariables();
  return [
    { path: '.env.example', content: envExample(services, toolVariables, composeVariables) },
    {
      path: 'docs/architecture.md',
      content: architecturePage(await readFile(join(root, 'docs/architecture.md'), 'utf8')),
    },
    { path: 'docs/environment.md', content: environmentPage(services, toolVariables, composeVariables) },
    { path: 'docs/errors.md', content: errorsPage() },
    { path: 'docs/metrics.md', content: metricsPage() },
    { path: 'docs/permissions.md', content: permissionsPage() },
    { path: 'docs/openapi.json', content: await openApiFile(version) },
    { path: 'libs/web-client/src/routes.generated.ts', content: webRoutesFile() },
    { path: 'tools/database/src/roles.ts', content: databaseRolesFile() },
    { path: 'docker-compose.yml', content: composeFile(services) },
    { path: 'infrastructure/docker-compose.cloudwatch.yml', content: cloudWatchComposeFile() },
    { path: 'infrastructure/prometheus/prometheus.yml', content: prometheusFile() },
    ...dashboardFiles(),
    ...manifestFiles({ services, version, alertGroups: await readAlertGroups() }),
    ...dockerfiles(nodeVersion),
  ];
}

/** The groups of all rules in infrastructure/prometheus/rules. */
async function readAlertGroups(): Promise<AlertGroups> {
  const folder = join(root, 'infrastructure/prometheus/rules');
  const files = (await readdir(folder)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  return texts.flatMap((text) => (parse(text) as { groups: AlertGroups }).groups);
}

/** Returns the paths of the files that are missing under `folder` or have other contents. */
export async function staleFiles(files: readonly GeneratedFile[], folder = root): Promise<string[]> {
  const found = await Promise.all(
    files.map(({ path }) => readFile(join(folder, path), 'utf8').catch(() => undefined)),
  );
  return files.filter(({ content }, index) => found[index] !== content).map(({ path }) => path);
}

export async function writeFiles(files: readonly GeneratedFile[], folder = root): Promise<void> {
  for (const { path, content } of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}
