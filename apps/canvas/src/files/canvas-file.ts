import { type Canvas, sections } from '@valuecanvas/contracts-canvas';
import { type FileBody, sendFile } from '@valuecanvas/service-kit';
import { toMarkdown } from './markdown.ts';

export type FileFormat = 'json' | 'md';

/** Increment it when the files of unchanged canvases change, so that clients fetch them again. */
const writerVersion = 1;

const formats: Readonly<
  Record<FileFormat, { readonly contentType: string; readonly write: (canvas: Canvas) => string }>
> = {
  json: { contentType: 'application/json', write: toJson },
  md: { contentType: 'text/markdown; charset=utf-8', write: toMarkdown },
};

/** Returns a canvas as a file for download. */
export function fileOf(canvas: Canvas, format: FileFormat): FileBody {
  const { contentType, write } = formats[format];
  return sendFile({
    content: Buffer.from(write(canvas)),
    contentType,
    name: `${nameOf(canvas)}.${format}`,
    version: `${canvas.id}-${canvas.revision}-${format}-${writerVersion}`,
  });
}

/** `POST /api/canvas/import` accepts it. */
function toJson({ title, businessDescription, industry, targetMarket, ...canvas }: Canvas): string {
  const blocks = Object.fromEntries(sections.map((section) => [section, canvas[section]]));
  const { revision, createdAt, updatedAt } = canvas;
  const file = { formatVersion: 1, title, businessDescription, industry, targetMarket, ...blocks };
  return `${JSON.stringify({ ...file, revision, createdAt, updatedAt }, undefined, 2)}\n`;
}

/** Characters that a file system or a shell may reject. */
const unsafe = /[\p{C}\\/:*?"<>|]+/gu;

const maxNameLength = 60;

function nameOf({ title, businessDescription }: Canvas): string {
  const words = (title ?? businessDescription).replaceAll(unsafe, ' ').replaceAll(/\s+/g, ' ').trim();
  return [...words].slice(0, maxNameLength).join('').trim().replace(/^\.+/, '') || 'canvas';
}
