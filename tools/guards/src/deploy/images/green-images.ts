import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { projectCache } from '@valuecanvas/local-servers';
import { root } from '../../root.ts';
import type { ImageToCheck } from './images.ts';

const file = join(projectCache(), 'images.json');

/** What every image depends on beside its sources: installs, how it is started, and how this is checked. */
const always = [/(^|\/)package(-lock)?\.json$/, /^\.npmrc$/, /^tools\/guards\/src\/deploy\//];
const outsideContext = ['.dockerignore', 'docker-compose.yml'];

/** Which images were found good, by a hash of all that they are made of. */
export type GreenImages = Readonly<Record<string, string>>;

export async function readGreenImages(): Promise<GreenImages> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as GreenImages;
  } catch {
    return {};
  }
}

export async function recordGreenImages(images: GreenImages): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(images, null, 2)}\n`);
}

/** Changes with anything that can change the image or its trial. */
export async function inputHash(image: ImageToCheck, context: readonly string[]): Promise<string> {
  const matters = (path: string) =>
    always.some((pattern) => pattern.test(path)) || image.sources.some((begin) => path.startsWith(begin));
  const hash = createHash('sha256');
  for (const path of [...outsideContext, ...context.filter(matters)]) {
    hash.update(`${path}\0`).update(await readFile(join(root, path)));
  }
  return hash.digest('hex');
}
