import { spawnSync } from 'node:child_process';
import { sections } from '@valuecanvas/contracts-canvas';
import { afterEach, describe, expect, test } from 'vitest';
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
const hasPoppler = spawnSync('pdftotext', ['-v']).error === undefined;
if (!hasPoppler)
  process.emitWarning('pdftotext and pdfinfo are missing: install poppler-utils to test PDF files.');

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
    const pdf = await rendererInTest().draw(
      drawing(
        contentOf(() => items),
        'pdf',
      ),
    );
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
    const pdf = await rendererInTest().draw(drawing(contentOf(items), 'pdf'));
    const text = textOf(pdf);
    for (const section of sections) expect(text).toContain(compact(`${section} 49 lorem`));
    expect(pdf.length).toBeLessThan(2_000_000);
  });
});

test('an SVG contains the whole text for screen readers, and no markup of the canvas', async () => {
  const content = contentOf((section) => [`One <script>alert(1)</script> ${section}`], {
    title: 'A <b> & "c"',
  });
  const svg = Buffer.from(await rendererInTest().draw(drawing(content, 'svg'))).toString();
  expect(svg).toMatch(/^<svg role="img" aria-labelledby="canvas-title canvas-text" /);
  expect(svg).toContain('<title id="canvas-title">A &lt;b&gt; &amp; "c"</title>');
  for (const section of sections)
    expect(svg).toContain(`One &lt;script&gt;alert(1)&lt;/script&gt; ${section}`);
  expect(svg).not.toContain('<script');
  expect(svg.match(/<svg/g)).toHaveLength(1);
});

test('a PNG has 2,400 pixels in width and the proportions of the paper', async () => {
  const png = Buffer.from(await rendererInTest().draw(drawing(aCanvas, 'png')));
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([2_400, 1_697]);
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

test('the process is replaced after its number of files', async () => {
  const renderer = rendererInTest({ filesPerProcess: 1 });
  await renderer.draw(drawing(aCanvas, 'svg'));
  expect(renderer.pid()).toBeUndefined();
});

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
