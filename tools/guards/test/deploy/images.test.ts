import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assembleImage, type Image } from '../../src/deploy/images/assemble-image.ts';
import { readDockerignore } from '../../src/deploy/images/dockerignore.ts';
import { createLayers } from '../../src/deploy/images/layers.ts';
import { startImage } from '../../src/deploy/images/running-image.ts';

const path = dirname(process.execPath);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'images-test-'));
  await chmod(folder, 0o755);
  await mkdir(join(folder, 'context', 'src'), { recursive: true });
  await writeFile(join(folder, 'context', 'src', 'hello.mjs'), 'console.log("hello");\n');
  await writeFile(join(folder, 'context', 'secret.txt'), 'not to be copied\n');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Each test has layers of its own. */
async function assemble(...lines: string[]): Promise<Image> {
  const layers = createLayers(await mkdtemp(join(folder, 'layers-')));
  const workshop = { layers, context: join(folder, 'context'), environment: process.env };
  return assembleImage(lines.join('\n'), workshop);
}

/** What a program that ends by itself says in an image that holds nothing else. */
async function said(script: string, ...lines: string[]): Promise<string> {
  const image = await assemble('FROM node', ...lines, `CMD ${JSON.stringify(['node', '-e', script])}`);
  using running = startImage(await openTo(image), { variables: {}, path });
  return await running.ended();
}

/** Temporary folders are closed to other users. */
async function openTo(image: Image): Promise<Image> {
  for (let above = image.folder; above !== folder; above = dirname(above)) await chmod(above, 0o755);
  return image;
}

describe('an image', () => {
  test('holds what its last stage copies, and nothing else', async () => {
    const listing = 'console.log(require("fs").readdirSync(".").sort().join())';
    const lines = [
      'WORKDIR /a',
      'COPY src/hello.mjs .',
      'RUN cp hello.mjs made.mjs',
      'FROM node',
      'WORKDIR /b',
    ];
    const image = await assemble(
      'FROM node AS made',
      ...lines,
      'COPY --from=made /a/made.mjs .',
      `CMD ["node", "-e", ${JSON.stringify(listing)}]`,
    );
    using running = startImage(await openTo(image), { variables: {}, path });
    expect(await running.ended()).toBe('made.mjs');
  });

  test('has the content of a folder that is copied', async () => {
    expect(await said('console.log(require("fs").readdirSync("."))', 'WORKDIR /a', 'COPY src .')).toContain(
      'hello.mjs',
    );
  });

  test('is not assembled where a step fails, and tells what the step said', async () => {
    await expect(assemble('FROM node', 'WORKDIR /a', 'RUN echo because >&2 && exit 3')).rejects.toThrow(
      'because',
    );
  });

  test('is not assembled from a stage that does not exist', async () => {
    await expect(assemble('FROM node', 'COPY --from=nowhere /a .')).rejects.toThrow('no stage nowhere');
  });

  test('does a step once for two images that begin alike', async () => {
    const layers = createLayers(await mkdtemp(join(folder, 'layers-')));
    const workshop = { layers, context: join(folder, 'context'), environment: process.env };
    const count = join(folder, 'count');
    const lines = ['FROM node', 'WORKDIR /a', `RUN echo once >> ${count}`];
    await assembleImage([...lines, 'RUN echo one > one'].join('\n'), workshop);
    const other = await assembleImage([...lines, 'RUN ls one ; wc -l < $COUNT > two'].join('\n'), {
      ...workshop,
      environment: { ...process.env, COUNT: count },
    });
    using running = startImage(
      {
        ...(await openTo(other)),
        command: ['node', '-p', 'require("fs").readdirSync(".") + require("fs").readFileSync("two")'],
      },
      { variables: {}, path },
    );
    expect((await running.ended()).replaceAll(/\s/g, '')).toBe('two1');
  });

  test('runs with its own environment and that which it is given, and with no other', async () => {
    const script = 'console.log(Object.keys(process.env).sort().join())';
    expect(
      await said(
        script,
        'ARG SERVICE_VERSION=dev',
        'ENV NODE_ENV=production SERVICE_VERSION=$SERVICE_VERSION',
      ),
    ).toBe('NODE_ENV,PATH,SERVICE_VERSION');
  });

  test('runs as a user that may not write into it', async () => {
    const mine = process.getuid?.();
    const script = 'console.log(process.getuid())';
    expect(Number(await said(script))).toBe(mine === 0 ? 65_534 : mine);
  });

  test('that ends with another code than 0 has failed, and tells what it said', async () => {
    await expect(said('console.error("because"); process.exit(3)')).rejects.toThrow('ended with 3:\nbecause');
  });

  test('that ends before it answers has failed, and tells what it said', async () => {
    const image = await assemble('FROM node', 'CMD ["node", "-e", "throw new Error(String(1 + 1))"]');
    using running = startImage(await openTo(image), { variables: {}, path });
    await expect(running.answers('http://127.0.0.1:9/')).rejects.toThrow('Error: 2');
  });

  test('whose health check fails is not healthy', async () => {
    const image = await assemble(
      'FROM node',
      'HEALTHCHECK --interval=1s CMD ["node", "-e", "process.exit(1)"]',
      'CMD ["node", "-e", "setInterval(() => {}, 1000)"]',
    );
    using running = startImage(await openTo(image), { variables: {}, path });
    await expect(running.checkHealth()).rejects.toThrow('ended with 1');
  });

  test('that dies of SIGTERM instead of stopping has failed', async () => {
    const image = await assemble('FROM node', 'CMD ["node", "-e", "setInterval(() => {}, 1000)"]');
    using running = startImage(await openTo(image), { variables: {}, path });
    await expect(running.stop()).rejects.toThrow('ended with SIGTERM');
  });
});

describe('.dockerignore', () => {
  const ignores = readDockerignore(
    '# a comment\n*\n!apps\n!package.json\n**/node_modules\n**/*.test.ts\n**/.env*\n',
  );

  test.each([
    ['README.md', true],
    ['package.json', false],
    ['apps/canvas/src/main.ts', false],
    ['apps/canvas/src/main.test.ts', true],
    ['apps/canvas/node_modules/pg/index.js', true],
    ['node_modules/pg/package.json', true],
    ['apps/canvas/.env', true],
    ['apps/.env.production', true],
    ['docs/apps/page.md', true],
    ['appsettings', true],
  ])('decides on %s: %s', (file, expected) => {
    expect(ignores(file)).toBe(expected);
  });
});
