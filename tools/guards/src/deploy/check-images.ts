import { constants } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { root } from '../root.ts';
import { assembleImage, type Workshop } from './images/assemble-image.ts';
import { contextFiles, copyFiles } from './images/build-context.ts';
import { type GreenImages, inputHash, readGreenImages, recordGreenImages } from './images/green-images.ts';
import { type ImageToCheck, imagesToCheck } from './images/images.ts';
import { createLayers } from './images/layers.ts';
import { provideSurroundings } from './images/surroundings.ts';

// Carries out every Dockerfile's own steps and starts what comes of it as another user, against real servers. Without
// CI set, an image is left out while nothing that it is made of has changed since it was found good.
// Named on the command line, only those images are checked.

const context = await contextFiles();
const due = await imagesDue(context);
if (due.length === 0) console.log('No image has changed since all were found good.');
else await check(due);

interface DueImage extends ImageToCheck {
  readonly hash: string;
}

async function imagesDue(files: readonly string[]): Promise<DueImage[]> {
  const named = process.argv.slice(2);
  const green: GreenImages = process.env.CI ? {} : await readGreenImages();
  const wanted = imagesToCheck.filter(({ name }) => named.length === 0 || named.includes(name));
  const hashed = await Promise.all(
    wanted.map(async (image) => ({ ...image, hash: await inputHash(image, files) })),
  );
  return hashed.filter(({ name, hash }) => green[name] !== hash);
}

async function check(images: readonly DueImage[]): Promise<void> {
  await using cleanup = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'valuecanvas-images-'));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  // Whoever runs an image must be able to enter.
  await chmod(folder, 0o755);
  const workshop = await openWorkshop(folder);
  const compose = await readFile(join(root, 'docker-compose.yml'), 'utf8');
  const surroundings = await provideSurroundings(folder, compose, cleanup);

  const good = { ...(await readGreenImages()) };
  const checkOne = async ({ name, dockerfile, trial, hash }: DueImage): Promise<void> => {
    const began = performance.now();
    try {
      const image = await assembleImage(await readFile(join(root, dockerfile), 'utf8'), workshop);
      await trial(image, surroundings, join(folder, 'bin'));
      good[name] = hash;
      console.log(`${name}: good (${((performance.now() - began) / 1_000).toFixed(1)} s)`);
    } catch (error) {
      process.exitCode = 1;
      console.error(`${dockerfile}: ${error instanceof Error ? error.message : error}`);
    }
  };
  const queue = images.values();
  const worker = async (): Promise<void> => {
    for (const image of queue) await checkOne(image);
  };
  await Promise.all([worker(), worker()]);
  await recordGreenImages(good);
}

async function openWorkshop(folder: string): Promise<Workshop> {
  await mkdir(join(folder, 'bin'));
  await copyFile(process.execPath, join(folder, 'bin', 'node'), constants.COPYFILE_FICLONE);
  await copyFiles(context, join(folder, 'context'));
  // What npm tells scripts about the package that it runs them for would mislead the npm of a step.
  const inherited = Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith('npm_'));
  const path = [join(folder, 'bin'), process.env.PATH].join(delimiter);
  return {
    layers: createLayers(join(folder, 'layers')),
    context: join(folder, 'context'),
    environment: { ...Object.fromEntries(inherited), PATH: path },
  };
}
