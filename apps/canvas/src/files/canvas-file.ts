import { type FileBody, sendFile } from '@valuecanvas/service-kit';
import type { CanvasContent } from '../canvases/canvas-content.ts';
import { toMarkdown } from './markdown.ts';

export type FileFormat = 'json' | 'md';

/** A revision of a canvas, to be written to a file. */
export interface ExportedRevision {
  readonly canvasId: string;
  readonly revision: number;
  readonly content: CanvasContent;
}

/** Increment it when the files of unchanged canvases change, so that clients fetch them again. */
const writerVersion = 1;

const formats: Readonly<
  Record<FileFormat, { readonly contentType: string; readonly write: (content: CanvasContent) => string }>
> = {
  json: { contentType: 'application/json', write: toJson },
  md: { contentType: 'text/markdown; charset=utf-8', write: toMarkdown },
};

/** Returns a canvas as a file for download. */
export function fileOf(
  { canvasId, revision, content }: ExportedRevision,
  format: FileFormat,
  headers: Readonly<Record<string, string>> = {},
): FileBody {
  const { contentType, write } = formats[format];
  return sendFile({
    content: Buffer.from(write(content)),
    contentType,
    name: `${nameOf(content)}.${format}`,
    version: `${canvasId}-${revision}-${format}-${writerVersion}`,
    headers,
  });
}

/** `POST /api/canvas/import` accepts it. */
function toJson({ blocks, ...words }: CanvasContent): string {
  return `${JSON.stringify({ formatVersion: 1, ...words, ...blocks }, undefined, 2)}\n`;
}

/** Characters that a file system or a shell may reject. */
const unsafe = /[\p{C}\\/:*?"<>|]+/gu;

const maxNameLength = 60;

function nameOf({ title, businessDescription }: CanvasContent): string {
  const words = (title ?? businessDescription).replaceAll(unsafe, ' ').replaceAll(/\s+/g, ' ').trim();
  return [...words].slice(0, maxNameLength).join('').trim().replace(/^\.+/, '') || 'canvas';
}
