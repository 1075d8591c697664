import { on } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { NodeCompiler } from '@myriaddreamin/typst-ts-node-compiler';
import { renderAsync } from '@resvg/resvg-js';
import type { Drawing, DrawnFile } from './drawing.ts';

// A process of its own, because the compiler blocks its thread and never returns all of its memory. It has no secrets and
// no connections. Text of a canvas reaches the template as data.

// The image has the fonts of these two weights only: see tools/guards/src/generate/deployment/dockerfiles.ts.
const fonts = [
  import.meta.resolve('@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf'),
  import.meta.resolve('@expo-google-fonts/inter/600SemiBold/Inter_600SemiBold.ttf'),
  new URL('../fonts/NotoNaskhArabic-Regular.ttf', import.meta.resolve('@embedpdf/fonts-arabic')),
  new URL('../fonts/NotoSansHebrew-Regular.ttf', import.meta.resolve('@embedpdf/fonts-hebrew')),
  new URL('../fonts/NotoSansJP-Regular.otf', import.meta.resolve('@embedpdf/fonts-jp')),
  new URL('../fonts/NotoSansKR-Regular.otf', import.meta.resolve('@embedpdf/fonts-kr')),
  new URL('../fonts/NotoSansHans-Regular.otf', import.meta.resolve('@embedpdf/fonts-sc')),
  new URL('../fonts/NotoSansHant-Regular.otf', import.meta.resolve('@embedpdf/fonts-tc')),
  import.meta.resolve('@expo-google-fonts/noto-sans-devanagari/400Regular/NotoSansDevanagari_400Regular.ttf'),
  import.meta.resolve('@expo-google-fonts/noto-sans-thai/400Regular/NotoSansThai_400Regular.ttf'),
  import.meta.resolve('@expo-google-fonts/noto-color-emoji/400Regular/NotoColorEmoji_400Regular.ttf'),
].map((url) => fileURLToPath(url));

const pngWidth = 2_400;

/** Pixels of an emoji in the largest text of a PNG, the title. */
const emojiWidth = 64;

const compiler = NodeCompiler.create({ fontArgs: [{ fontPaths: fonts }] });
const template = await readFile(new URL('./canvas.typ', import.meta.url), 'utf8');
const colours = JSON.stringify(
  lightColours(await readFile(new URL('../../../web/src/design/tokens.css', import.meta.url), 'utf8')),
);

const drawings = on(process, 'message') as AsyncIterable<[Drawing]>;
process.send?.({ ready: true });

for await (const [drawing] of drawings) {
  try {
    const file: DrawnFile = { ...(await draw(drawing)), residentBytes: process.memoryUsage.rss() };
    process.send?.(file);
  } catch (error) {
    process.send?.({ error: error instanceof Error ? error.message.slice(0, 2_000) : String(error) });
  }
  compiler.evictCache(0);
}

async function draw({
  format,
  page,
  description,
  createdAt,
}: Drawing): Promise<Omit<DrawnFile, 'residentBytes'>> {
  const inputs = { canvas: JSON.stringify(page), colours };
  const compiled = compiler.compile({ mainFileContent: template, inputs });
  const document = compiled.result;
  if (!document) {
    const diagnostics = compiled.takeError()?.shortDiagnostics;
    throw new Error(`The template does not compile: ${JSON.stringify(diagnostics)}`);
  }
  if (format === 'pdf') {
    const options = { pdfTags: true, creationTimestamp: createdAt };
    try {
      return { content: compiler.pdf(document, { ...options, pdfStandard: 'ua-1' }) };
    } catch (error) {
      // A script without a font. The file is readable but for these letters, and does not claim the standard.
      const reason = error instanceof Error ? error.message.slice(0, 500) : String(error);
      return { content: compiler.pdf(document, options), nonConforming: reason };
    }
  }
  const svg = compiler.plainSvg(document);
  if (format === 'svg') return { content: Buffer.from(withText(svg, page.title, description)) };
  return { content: await rasterized(await withRasterEmoji(svg), pngWidth) };
}

async function rasterized(svg: string, width: number): Promise<Buffer> {
  const font = { loadSystemFonts: false };
  const image = await renderAsync(svg, { font, fitTo: { mode: 'width', value: width } });
  return image.asPng();
}

/**
 * Replaces the vector images of emoji with PNGs, because resvg draws every use of a vector image on a layer of the size of
 * the page. A canvas full of emoji took 65 s.
 */
async function withRasterEmoji(svg: string): Promise<string> {
  const vector = /data:image\/svg\+xml;base64,([A-Za-z0-9+/=]+)/g;
  const images = new Map<string, string>();
  for (const [uri, base64] of svg.matchAll(vector)) {
    if (images.has(uri)) continue;
    const png = await rasterized(Buffer.from(String(base64), 'base64').toString(), emojiWidth);
    images.set(uri, `data:image/png;base64,${png.toString('base64')}`);
  }
  return svg.replaceAll(vector, (uri) => images.get(uri) ?? uri);
}

/** Adds the text of the canvas, because the letters of the SVG are outlines. */
function withText(svg: string, title: string, description: string): string {
  const named = svg.replace('<svg ', '<svg role="img" aria-labelledby="canvas-title canvas-text" ');
  const text = `<title id="canvas-title">${escaped(title)}</title><desc id="canvas-text">${escaped(description)}</desc>`;
  return named.replace('>', () => `>${text}`);
}

/** Text for XML, without the control characters that XML does not allow. */
function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, ' ');
}

/** Reads the colours of the light theme from the design tokens of the page. */
function lightColours(css: string): Record<string, string> {
  const declarations = css.matchAll(/--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}),/g);
  return Object.fromEntries([...declarations].map(([, name, colour]) => [name, colour]));
}
