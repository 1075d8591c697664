import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildPage } from '@valuecanvas/build/page';
import type { Manifest } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';

let folder: string;
let manifest: Manifest;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'page-'));
  await buildPage('web', folder);
  manifest = JSON.parse(await readFile(join(folder, '.vite/manifest.json'), 'utf8')) as Manifest;
});
afterAll(() => rm(folder, { recursive: true }));

const kilobytes = async (file: string) =>
  gzipSync(await readFile(join(folder, file)), { level: 9 }).length / 1_000;

/** The files that a browser loads before it shows a chunk: the chunk itself and its static imports. */
function filesOf(key: string, found = new Set<string>()): Set<string> {
  const { file = '', imports = [], css = [] } = manifest[key] ?? {};
  if (found.has(file)) return found;
  for (const one of [file, ...css]) found.add(one);
  for (const imported of imports) filesOf(imported, found);
  return found;
}

async function sizeOf(keys: readonly string[], extension: string): Promise<number> {
  const files = new Set(keys.flatMap((key) => [...filesOf(key)]));
  const sizes = [...files].filter((file) => file.endsWith(extension)).map(kilobytes);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

const entry = 'index.html';
const page = (name: string) => `src/people/${name}.tsx`;
const screen = (name: string) => `src/console/${name}.tsx`;
const palette = 'src/shell/palette/palette.tsx';
const isConsole = (key: string) => key.startsWith('src/console/');
const consoleFrame = [entry, screen('console-shell')];

test.each([
  ['the start page', [entry], 125],
  ['signing in', [entry, page('sign-in/sign-in-page')], 125],
  ['a new password', [entry, page('sign-in/new-password-pages')], 125],
  ['the list of canvases', [entry, page('canvases/canvases-page')], 130],
  ['a new canvas', [entry, page('canvas/new-canvas-page')], 130],
  ['a canvas', [entry, page('canvas/canvas-page')], 130],
  ['a shared canvas', [entry, page('share/shared-page')], 130],
  ['a new variant', [entry, page('variants/variant-page')], 130],
  ['a comparison', [entry, page('variants/compare-page')], 130],
  ['the account', [entry, page('account/account-page')], 130],
  ['the palette', [entry, palette], 130],
  ['the overview of the console', [...consoleFrame, screen('overview/overview-page')], 160],
  ['the providers', [...consoleFrame, screen('providers/providers-page')], 160],
  ['the costs', [...consoleFrame, screen('costs/costs-page')], 160],
  ['the alerts', [...consoleFrame, screen('alerts/alerts-page')], 160],
  ['the queue', [...consoleFrame, screen('queue/queue-page')], 160],
  ['the users', [...consoleFrame, screen('users/users-page')], 160],
  ['a user', [...consoleFrame, screen('users/user-page')], 160],
  ['the prompts', [...consoleFrame, screen('prompts/prompts-page')], 160],
  ['a prompt', [...consoleFrame, screen('prompts/prompt-page')], 160],
  ['a comparison of versions', [...consoleFrame, screen('prompts/compare-versions-page')], 160],
  ['the audit log', [...consoleFrame, screen('audit/audit-page')], 160],
])('%s needs no more scripts before the first paint than its budget', async (_, keys, budget) => {
  for (const key of keys) expect(manifest).toHaveProperty([key]);
  expect(await sizeOf(keys, '.js')).toBeLessThanOrEqual(budget);
});

/** Keys that a browser asks for: shared chunks come with them. */
const isEntryOrPage = (key: string) => key.startsWith('src/') || key === entry;

test('only the screen of costs loads the charts', async () => {
  const withCharts: string[] = [];
  for (const key of Object.keys(manifest).filter(isEntryOrPage)) {
    const scripts = [...filesOf(key)].filter((file) => file.endsWith('.js'));
    const texts = await Promise.all(scripts.map((file) => readFile(join(folder, file), 'utf8')));
    if (texts.some((script) => script.includes('visx-'))) withCharts.push(key);
  }
  expect(withCharts).toEqual([screen('costs/costs-page')]);
});

test('no page of people loads a script of the console', () => {
  const screens = Object.keys(manifest).filter(isConsole);
  expect(screens).not.toEqual([]);
  const ofConsole = new Set(screens.map((key) => manifest[key]?.file));
  const people = Object.keys(manifest).filter((key) => isEntryOrPage(key) && !isConsole(key));
  const loaded = people.flatMap((key) => [...filesOf(key)]);
  expect(loaded.filter((file) => ofConsole.has(file))).toEqual([]);
});

test('all scripts, all styles and the preloaded font are within their budgets', async () => {
  const keys = Object.keys(manifest);
  // The budget of 220 kB covers the start page, the list and all that a canvas can open. The account and the palette have their own,
  // above.
  const ofCanvases = keys.filter(
    (key) => !isConsole(key) && !key.startsWith('src/people/account/') && key !== palette,
  );
  expect(await sizeOf(ofCanvases.filter(isEntryOrPage), '.js')).toBeLessThanOrEqual(220);
  expect(await sizeOf(keys, '.js')).toBeLessThanOrEqual(310);
  expect(await sizeOf(keys, '.css')).toBeLessThanOrEqual(25);
  const html = await readFile(join(folder, 'index.html'), 'utf8');
  const [, font = ''] = /rel="preload"\s+href="\/(assets\/inter-latin-wght[^"]+)"/.exec(html) ?? [];
  expect((await readFile(join(folder, font))).length).toBeLessThanOrEqual(48 * 1_024);
});

test('the page carries no TypeBox, no source map, and nothing inline that its policy forbids', async () => {
  const files = await readdir(folder, { recursive: true });
  expect(files.filter((file) => file.endsWith('.map'))).toEqual([]);
  for (const file of files.filter((name) => name.endsWith('.js'))) {
    const script = await readFile(join(folder, file), 'utf8');
    expect(script).not.toMatch(/typebox|~kind/i);
  }
  const html = await readFile(join(folder, 'index.html'), 'utf8');
  expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/);
  expect((await readFile(join(folder, 'start.js'))).length).toBeLessThanOrEqual(1_024);
});
