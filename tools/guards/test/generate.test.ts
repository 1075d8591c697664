import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serviceNames } from '@valuecanvas/contracts-core';
import {
  readServiceVariables,
  type ServiceVariables,
  type Variable,
  variableOf,
} from '@valuecanvas/environment';
import Type from 'typebox';
import { expect, onTestFinished, test } from 'vitest';
import { envExample } from '../src/generate/env-example.ts';
import { environmentPage } from '../src/generate/environment-page.ts';
import { staleFiles, writeFiles } from '../src/generate/generated-files.ts';
import { root } from '../src/root.ts';

const port = (fallback: number): Variable =>
  variableOf('PORT', Type.Integer({ default: fallback, description: 'Port.' }));
const key = variableOf('KEY', Type.String({ secret: true, description: 'Key.' }));
const level = variableOf('LEVEL', Type.String({ default: 'info', description: 'Level.' }));
const hook = variableOf('HOOK', Type.Optional(Type.String({ description: 'Hook.' })));

const services: ServiceVariables[] = [
  { service: 'gateway', variables: [port(3000), level, key] },
  { service: 'canvas', variables: [port(3102), level, hook] },
];

const assignments = (text: string): string[] =>
  text.split('\n').filter((line) => /^#?[A-Z0-9_]+=/.test(line));

test('the example lists each variable once, with optional ones commented out', () => {
  const tool = variableOf('OWNER', Type.Optional(Type.String({ description: 'Owner.' })));
  expect(assignments(envExample(services, [tool, hook], []))).toEqual([
    'KEY=',
    '#PORT=',
    '#LEVEL=info',
    '#HOOK=',
    '#OWNER=',
  ]);
});

test('the example shows defaults that differ between services', () => {
  expect(envExample(services, [], [])).toContain('# Default: 3000 (gateway), 3102 (canvas)');
});

test('every variable of docker-compose.yml is in .env.example', async () => {
  const [compose, example] = await Promise.all(
    ['docker-compose.yml', '.env.example'].map((path) => readFile(join(root, path), 'utf8')),
  );
  const read = compose?.match(/(?<=\$\{)[A-Z0-9_]+/g) ?? [];
  const listed = assignments(example ?? '').map((line) => line.replace(/^#|=.*/g, ''));
  expect(read.length).toBeGreaterThan(30);
  expect(read.filter((name) => !listed.includes(name))).toEqual([]);
});

test('the page lists shared variables once', () => {
  const page = environmentPage(services, [], []);
  expect(page.match(/`LEVEL`/g)).toHaveLength(1);
  expect(page.match(/`PORT`/g)).toHaveLength(2);
  expect(page).toContain('| `KEY` | **required** | Key. Secret. |');
});

test('a variable without a description cannot be documented', () => {
  expect(() => variableOf('PORT', Type.Integer())).toThrow('PORT has no description.');
});

test('the variables of every service are read', async () => {
  const read = await readServiceVariables();
  expect(read.map(({ service }) => service)).toEqual(serviceNames);
  for (const { variables } of read) expect(variables.map(({ name }) => name)).toContain('PORT');
});

test('a missing or edited file is reported as stale', async () => {
  const folder = await mkdtemp(`${tmpdir()}/valuecanvas-generate-`);
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = (content: string) => ({ path: 'docs/page.md', content });

  expect(await staleFiles([file('one')], folder)).toEqual(['docs/page.md']);
  await writeFiles([file('one')], folder);
  expect(await staleFiles([file('one')], folder)).toEqual([]);
  expect(await staleFiles([file('two')], folder)).toEqual(['docs/page.md']);
});
