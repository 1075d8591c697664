import { sections } from '@valuecanvas/contracts-canvas';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { openBrowser } from '../src/open-browser.ts';
import { signInAsDemo } from '../src/steps.ts';

const { open } = openBrowser();

const widths = [1920, 1440, 1280, 1024, 820, 390];

/**
 * Measures the canvas in the page. `breaks` are words of at most 30 characters that stand on two lines, `faults` are blocks that
 * leave a gap, lie over one another or do not hold their text.
 */
const measure = `(() => {
  const blocks = [...document.querySelectorAll('[data-block]')];
  const canvas = blocks[0].parentElement;
  const inner = canvas.getBoundingClientRect();
  const rects = blocks.map((block) => block.getBoundingClientRect());
  const faults = [];
  const line = 1.5;
  // A line of one pixel lies between blocks. If the areas add up and no block lies over another one, there is no gap.
  const area = rects.reduce((sum, { width, height }) => sum + (width + 1) * (height + 1), 0);
  const whole = (canvas.clientWidth + 1) * (canvas.clientHeight + 1);
  if (Math.abs(area - whole) > 0.005 * whole) faults.push('the areas of the blocks differ from that of the canvas');
  rects.forEach((one, index) => {
    const name = blocks[index].dataset.block;
    if (one.left < inner.left - line || one.right > inner.right + line || one.top < inner.top - line || one.bottom > inner.bottom + line)
      faults.push(name + ' leaves the canvas');
    for (const other of rects.slice(index + 1))
      if (one.left < other.right - 0.5 && other.left < one.right - 0.5 && one.top < other.bottom - 0.5 && other.top < one.bottom - 0.5)
        faults.push(name + ' lies over another block');
  });
  const breaks = [];
  for (const block of blocks) {
    const frame = block.getBoundingClientRect();
    const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const range = document.createRange();
      for (const { 0: word, index } of node.data.matchAll(/[^\\s\\-–—]+/g)) {
        range.setStart(node, index);
        range.setEnd(node, index + word.length);
        const lines = [...range.getClientRects()];
        if (lines.some(({ left, right, bottom }) => left < frame.left || right > frame.right || bottom > frame.bottom))
          faults.push(word + ' leaves ' + block.dataset.block);
        const isOrdinary = word.length <= 30 && !/[\\u3040-\\u30ff\\u4e00-\\u9fff]/.test(word);
        if (isOrdinary && new Set(lines.map(({ top }) => Math.round(top))).size > 1) breaks.push(word);
      }
    }
  }
  if (document.documentElement.scrollWidth > innerWidth) faults.push('the page scrolls sideways');
  return { faults, breaks };
})()`;

const long = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft';

/** Texts of one language, repeated over the nine blocks, with a word that is longer than its line. */
const languages = [
  {
    name: 'English',
    dir: 'ltr',
    title: 'Telecommunications for mountain huts',
    items: [
      'Telecommunications infrastructure',
      'Internationalisation of environmentally responsible manufacturing',
      'Complementary organisations, straightforwardly',
      long,
    ],
  },
  {
    name: 'Arabic',
    dir: 'rtl',
    title: 'مخبز يوصل الخبز بالدراجة',
    items: ['العائلات والمكاتب الصغيرة في المدينة', 'شراكات مع المزارعين والمستودعات الإقليمية', long],
  },
  {
    name: 'Japanese',
    dir: 'ltr',
    title: '自転車でパンを届けるパン屋',
    items: ['家族と小さな会社のための朝食', '地域の農家とインターネットコミュニティ', long],
  },
] as const;

/** Stores a canvas with these items in every block. Returns the path of its page. */
async function storeCanvas(page: Page, title: string, items: readonly string[]): Promise<string> {
  const blocks = Object.fromEntries(sections.map((section) => [section, items]));
  const canvas = JSON.stringify({ title, businessDescription: title, ...blocks });
  const id = await page.evaluate<string>(`(async () => {
    const session = await (await fetch('/auth/session')).json();
    const headers = { 'content-type': 'application/json', 'x-csrf-token': session.data.csrfToken };
    const answer = await fetch('/api/canvas', { method: 'POST', headers, body: ${JSON.stringify(canvas)} });
    return (await answer.json()).data.id;
  })()`);
  return `/c/${id}`;
}

/** The canvas alone, beside a panel, and as an earlier revision, which is a sheet to read. */
const views = [
  { search: '', ready: 'Suggest items for Channels' },
  { search: '?panel=export', ready: 'Close the panel' },
  { search: '?panel=history&revision=1', ready: 'Back to editing' },
] as const;

test.each(languages)(
  'in $name the blocks tile the canvas at every width, and only words longer than their line are broken',
  async ({ title, dir, items }) => {
    const page = await open();
    await signInAsDemo(page);
    const path = await storeCanvas(page, title, items);
    const found: Record<string, unknown> = {};
    for (const { search, ready } of views) {
      await page.goto(`${path}${search}`);
      await page.getByRole('button', { name: ready }).waitFor();
      await page.locator('[data-block]').last().getByText(long).waitFor();
      await page.evaluate(`document.documentElement.dir = '${dir}'; document.fonts.ready.then(() => true)`);
      for (const width of widths) {
        await page.setViewportSize({ width, height: 900 });
        found[`${width} px ${search}`] = await page.evaluate(measure);
      }
      await page.setViewportSize({ width: 1440, height: 900 });
    }
    const sound = { faults: [], breaks: [] };
    expect(found).toEqual(Object.fromEntries(Object.keys(found).map((form) => [form, sound])));
  },
);
