import { execFile } from 'node:child_process';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Report } from '../report.ts';
import { projectRoot } from '../run-command.ts';
import { faultsOfDockerfile } from './dockerfile-rules.ts';
import { faultsOfImage, filesOf, type ImageConfig } from './image-rules.ts';

const run = promisify(execFile);

/** The listing of an image has some 30,000 lines. */
const maxBuffer = 256 * 1024 * 1024;

const dockerfiles = async () =>
  (await Array.fromAsync(glob('{apps,tools}/*/Dockerfile', { cwd: projectRoot }))).sort();

/** Dockerfiles: pinned bases, unprivileged users, no secrets, no programs that change the user. */
export async function checkDockerfiles(report: Report): Promise<void> {
  report.heading('Dockerfiles', 'apps');
  await report.check('images have pinned bases, no secrets and no root', async (found) => {
    const files = await dockerfiles();
    for (const file of files)
      for (const { line, what } of faultsOfDockerfile(await readFile(join(projectRoot, file), 'utf8')))
        found(what, { file, line });
    return `${files.length} Dockerfiles`;
  });
}

/** The images that Docker or Podman has on this machine under the names of docker-compose.yml. */
export async function checkBuiltImages(report: Report): Promise<void> {
  report.heading('Built images', 'docker-compose.yml');
  const what = 'the file systems of built images';
  const engine = await findEngine();
  if (engine === undefined) {
    report.notChecked(what, 'neither Docker nor Podman answers on this machine');
    return;
  }
  const images = await builtImages(engine);
  if (images.length === 0) {
    report.notChecked(what, `${engine} has none: docker compose build, or npm run check:images -- --real`);
    return;
  }
  for (const { reference, file } of images) {
    await report.check(`${reference} has no secret, no root and no setuid program`, async (found) => {
      const { config, listing } = await readImage(engine, reference);
      const files = filesOf(listing);
      if (files.length === 0) throw new Error('its file system could not be listed');
      for (const fault of faultsOfImage(config, files)) found(fault, { file });
      return `${files.length} files`;
    });
  }
}

async function findEngine(): Promise<string | undefined> {
  for (const engine of ['docker', 'podman']) {
    const answers = await run(engine, ['image', 'ls', '--quiet']).then(
      () => true,
      () => false,
    );
    if (answers) return engine;
  }
  return undefined;
}

/** The newest image of each Dockerfile that this machine has. */
async function builtImages(engine: string): Promise<{ reference: string; file: string }[]> {
  const format = '{{.Repository}}:{{.Tag}}';
  const { stdout } = await run(engine, ['image', 'ls', '--format', format]);
  const present = stdout.split('\n').filter((line) => !line.endsWith(':<none>'));
  return (await dockerfiles()).flatMap((file) => {
    const folder = file.split('/')[1] ?? '';
    const name = folder === 'database' ? 'migrate' : folder;
    const reference = present.find((line) => new RegExp(`(?:^|/)valuecanvas/${name}:`).test(line));
    return reference === undefined ? [] : [{ reference, file }];
  });
}

/** Reads an image through a container that never starts. */
async function readImage(
  engine: string,
  reference: string,
): Promise<{ config: ImageConfig; listing: string }> {
  const inspected = await run(engine, ['image', 'inspect', '--format', '{{json .Config}}', reference]);
  const { stdout } = await run(engine, ['create', reference]);
  const container = stdout.trim();
  try {
    const list = `${engine} export ${container} | tar --list --verbose --file -`;
    const { stdout: listing } = await run('bash', ['-o', 'pipefail', '-c', list], { maxBuffer });
    return { config: JSON.parse(inspected.stdout) as ImageConfig, listing };
  } finally {
    await run(engine, ['rm', '--force', container]);
  }
}
