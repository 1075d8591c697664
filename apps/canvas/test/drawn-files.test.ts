import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { sections } from '@valuecanvas/contracts-canvas';
import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { CanvasContent } from '../src/canvases/canvas-content.ts';
import { type DrawnFormat, drawingOf } from '../src/files/drawing.ts';
import { createRenderer, type RendererBounds } from '../src/files/renderer.ts';

const stops: (() => unknown)[] = [];
const warnings: unknown[] = [];
afterEach(async () => {
  warnings.length = 0;
  for (const stop of stops.splice(0)) await stop();
});

function rendererInTest(bounds: Partial<RendererBounds> = {}) {
  const record = (facts: unknown) => void warnings.push(facts);
  const lifecycle = { onStop: (_phase: string, _name: string, stop: () => unknown) => void stops.push(stop) };
  const kit = { log: { warn: record, error: record }, lifecycle };
  return createRenderer(kit as never, { timeoutMs: 60_000, ...bounds });
}

const facts = { revision: 3, updatedAt: new Date('2026-12-02T10:00:00Z') };
const drawing = (content: CanvasContent, format: DrawnFormat) => drawingOf(content, facts, format, 'a4');

function contentOf(
  itemsOf: (section: string) => string[],
  words: Partial<CanvasContent> = {},
): CanvasContent {
  const blocks = Object.fromEntries(sections.map((section) => [section, itemsOf(section)]));
  return {
    title: 'Bread',
    businessDescription: 'A bakery',
    blocks: blocks as CanvasContent['blocks'],
    ...words,
  };
}

const aCanvas = contentOf((section) => [`One ${section}`, `Two ${section}`]);

/** One process draws the files of most tests. */
const shared = rendererInTest();
const stopShared = stops.pop();
afterAll(() => stopShared?.());

/** Returns true if a command is installed. Warns that its tests are skipped if it is not. */
function isInstalled(command: string, debianPackage: string): boolean {
  const isPresent = spawnSync(command, ['--version']).error === undefined;
  if (!isPresent)
    process.emitWarning(`${command} is missing: install ${debianPackage} to run the tests that are skipped.`);
  return isPresent;
}
const hasPoppler = isInstalled('pdftotext', 'poppler-utils');
const hasRsvg = isInstalled('rsvg-convert', 'librsvg2-bin');

/** Text of a PDF without the spaces and direction marks that only its layout needs. */
function textOf(pdf: Uint8Array): string {
  const { stdout } = spawnSync('pdftotext', ['-raw', '-', '-'], { input: pdf, encoding: 'utf8' });
  return compact(stdout);
}
const compact = (text: string) => text.replaceAll(/[\s\u200B\u202A-\u202E\u2066-\u2069]/g, '');

describe.skipIf(!hasPoppler)('a PDF, as an independent reader sees it', () => {
  test.each([
    ['Latin', ['Straße & Größe', 'Ordinary words']],
    // Readers order the words of a line from right to left in different ways, so each item is one word.
    ['Arabic', ['المخبز', 'التوصيل']],
    ['Japanese', ['近くの製粉所が週に二回、小麦を届けます。']],
    ['emoji', ['Bread 🥖 and ☕']],
    ['long words', ['Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft']],
    ['markup', ['#panic() $x$ @ref *bold* <script>alert(1)</script> \\ "quoted"']],
  ])('has the text of %s unchanged, and conforms to PDF/UA', async (_, items) => {
    const content = contentOf(() => items);
    const pdf = await shared.draw(drawing(content, 'pdf'));
    expect(textOf(pdf).split(compact(items.join('')))).toHaveLength(sections.length + 1);
    expect(warnings).toEqual([]);
    const { stdout } = spawnSync('pdfinfo', ['-'], { input: pdf, encoding: 'utf8' });
    expect(stdout).toMatch(/Title:\s+Bread\n/);
    expect(stdout).toMatch(/Tagged:\s+yes/);
    expect(stdout).toMatch(/Pages:\s+1\n/);
    expect(stdout).toMatch(/Page size:\s+841\.89 x 595\.2\d* pts/);
  });

  test('the largest canvas is drawn within the bounds of the process, and nothing is lost', async () => {
    const items = (section: string) =>
      Array.from({ length: 50 }, (_, index) => `${section} ${index} `.padEnd(1_000, 'lorem ipsum '));
    const pdf = await shared.draw(drawing(contentOf(items), 'pdf'));
    const text = textOf(pdf);
    for (const section of sections) expect(text).toContain(compact(`${section} 49 lorem`));
    expect(pdf.length).toBeLessThan(2_000_000);
  });
});

test('an SVG contains the whole text for screen readers, and no markup of the canvas', async () => {
  const content = contentOf((section) => [`One <script>alert(1)</script> ${section}`], {
    title: 'A <b> & "c"',
  });
  const svg = Buffer.from(await shared.draw(drawing(content, 'svg'))).toString();
  expect(svg).toMatch(/^<svg role="img" aria-labelledby="canvas-title canvas-text" /);
  expect(svg).toContain('<title id="canvas-title">A &lt;b&gt; &amp; "c"</title>');
  for (const section of sections)
    expect(svg).toContain(`One &lt;script&gt;alert(1)&lt;/script&gt; ${section}`);
  expect(svg).not.toContain('<script');
  expect(svg.match(/<svg/g)).toHaveLength(1);
});

test('a PNG has 2,400 pixels in width and the proportions of the paper', async () => {
  const png = Buffer.from(await shared.draw(drawing(aCanvas, 'png')));
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([2_400, 1_697]);
});

const scale = 4;

/** Decodes a PNG and reduces it by averaging squares of pixels. */
function reduced(file: Uint8Array): PNG {
  const full = PNG.sync.read(Buffer.from(file));
  const small = new PNG({ width: Math.floor(full.width / scale), height: Math.floor(full.height / scale) });
  for (let index = 0; index < small.data.length; index += 1) {
    const [channel, x] = [index % 4, Math.floor(index / 4) % small.width];
    const y = Math.floor(index / 4 / small.width);
    let sum = 0;
    for (let row = 0; row < scale; row += 1)
      for (let column = 0; column < scale; column += 1)
        sum += Number(full.data[((y * scale + row) * full.width + x * scale + column) * 4 + channel]);
    small.data[index] = sum / scale ** 2;
  }
  return small;
}

const pictureOf = (name: string) => new URL(`./pictures/${name}.png`, import.meta.url);

/** Writes a picture that is missing, and fails: look at it before you commit it. To renew a picture, delete it first. */
function mustExist(name: string, drawn: PNG): void {
  if (existsSync(pictureOf(name))) return;
  writeFileSync(pictureOf(name), PNG.sync.write(drawn, { colorType: 2 }));
  throw new Error(`There was no picture ${name}.png. It has been written.`);
}

/** Returns the largest number of pixels in a square of the size of a letter that differ from the stored picture. */
function differenceOf(drawn: PNG, name: string): number {
  const stored = PNG.sync.read(readFileSync(pictureOf(name)));
  expect([drawn.width, drawn.height]).toEqual([stored.width, stored.height]);
  const options = { threshold: 0.2, includeAA: true, windowSize: 12 };
  return pixelmatch(drawn.data, stored.data, undefined, stored.width, stored.height, options);
}

describe.each([
  ['latin', 'Straße & Größe', ['Bread for breakfast, delivered to offices by bicycle', 'Café – 12 €']],
  ['arabic', 'مخبز الحي', ['المخبز يوصل خبز sourdough في 24 ساعة', 'التوصيل بالدراجة']],
  ['japanese', '町のパン屋', ['近くの製粉所が週に二回、小麦を届けます。', 'Café「パン」の朝食 🥐']],
  ['emoji', 'Bread 🥖', ['🚲 Bicycles and ☕️ coffee', '👩🏽‍🍳 bakes, 👩‍👩‍👧‍👦 eats']],
  [
    'long-word',
    'Bread',
    ['Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'],
  ],
])('a canvas with the text %s', (name, title, items) => {
  const content = contentOf(() => [...items], { title });

  test('looks as its stored picture', async () => {
    const drawn = reduced(await shared.draw(drawing(content, 'png')));
    mustExist(name, drawn);
    expect(differenceOf(drawn, name)).toBeLessThanOrEqual(2);
  });

  test.skipIf(!hasRsvg)('looks the same as an SVG in an independent renderer', async () => {
    const svg = await shared.draw(drawing(content, 'svg'));
    const options = ['--width=2400', '--keep-aspect-ratio', '--background-color=white', '--unlimited'];
    const { stdout } = spawnSync('rsvg-convert', options, { input: svg, maxBuffer: 50_000_000 });
    const drawn = reduced(stdout);
    expect(differenceOf(drawn, name)).toBeLessThanOrEqual(2);
  });
});

test('a canvas full of emoji is drawn as a PNG within the bounds of the process', async () => {
  const content = contentOf(() => ['🥖👩‍👩‍👧‍👦☕️🚲'.repeat(60), '🥐🧈'.repeat(200)]);
  expect((await shared.draw(drawing(content, 'png'))).length).toBeGreaterThan(100_000);
});

test('no process runs before the first file, and a killed one is replaced', async () => {
  const renderer = rendererInTest();
  expect(renderer.pid()).toBeUndefined();
  const first = await renderer.draw(drawing(aCanvas, 'svg'));
  const pid = renderer.pid();
  const interrupted = renderer.draw(drawing(aCanvas, 'png'));
  process.kill(Number(pid), 'SIGKILL');
  await expect(interrupted).rejects.toThrow('ended before it answered');
  expect(await renderer.draw(drawing(aCanvas, 'svg'))).toEqual(first);
  expect(renderer.pid()).not.toBe(pid);
});

test.each([[{ filesPerProcess: 1 }], [{ maxResidentBytes: 1 }]])(
  'the process is replaced beyond its bounds %j',
  async (bounds) => {
    const renderer = rendererInTest(bounds);
    await renderer.draw(drawing(aCanvas, 'svg'));
    expect(renderer.pid()).toBeUndefined();
  },
);

test('a full queue, and a file or a start of the process that takes too long, are OVERLOADED', async () => {
  const full = rendererInTest({ maxQueued: 1 });
  const files = Array.from({ length: 3 }, () => full.draw(drawing(aCanvas, 'svg')));
  const settled = await Promise.allSettled(files);
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  expect(settled[2]).toMatchObject({ reason: { code: 'OVERLOADED' } });
  for (const bounds of [{ timeoutMs: 1 }, { startTimeoutMs: 1 }]) {
    const slow = rendererInTest(bounds);
    await expect(slow.draw(drawing(aCanvas, 'pdf'))).rejects.toMatchObject({ code: 'OVERLOADED' });
    expect(slow.pid()).toBeUndefined();
  }
});
