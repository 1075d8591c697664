import { oneLine, titleOf } from '@valuecanvas/contracts-canvas/title';
import { formatEntityTag, matchesEntityTag } from '@valuecanvas/contracts-core';
import { type FileBody, sendFile } from '@valuecanvas/service-kit';
import type { CanvasContent } from '../canvases/canvas-content.ts';
import { type DrawnFormat, drawingOf, type Paper } from './drawing.ts';
import { toMarkdown } from './markdown.ts';
import type { Renderer } from './renderer.ts';

export type FileFormat = 'json' | 'md' | DrawnFormat;

/** A revision of a canvas, to be written to a file. */
export interface ExportedRevision {
  readonly canvasId: string;
  readonly revision: number;
  readonly updatedAt: Date;
  readonly content: CanvasContent;
}

/** Query of the export routes. */
interface FileQuery {
  readonly format?: FileFormat;
  readonly paper?: Paper;
}

/** A file for download, or the one that the client has already, which is not written again. */
export type WriteFile = (
  exported: ExportedRevision,
  query: FileQuery,
  call: { header(name: string): string | undefined },
  headers?: Readonly<Record<string, string>>,
) => Promise<FileBody>;

/** Increment it when the files of unchanged canvases change, so that clients fetch them again. */
const writerVersion = 4;

const contentTypes: Readonly<Record<FileFormat, string>> = {
  json: 'application/json',
  md: 'text/markdown; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  pdf: 'application/pdf',
};

/** Writes canvases as files. SVG, PNG and PDF are drawn by the renderer. */
export function createFileWriter(renderer: Renderer): WriteFile {
  async function write(exported: ExportedRevision, format: FileFormat, paper: Paper): Promise<Uint8Array> {
    if (format === 'json') return Buffer.from(toJson(exported.content));
    if (format === 'md') return Buffer.from(toMarkdown(exported.content));
    return renderer.draw(drawingOf(exported.content, exported, format, paper));
  }

  return async (exported, { format = 'json', paper = 'a4' }, call, headers = {}) => {
    const version = [exported.canvasId, exported.revision, format, paper, writerVersion].join('-');
    const isHeld = matchesEntityTag(call.header('if-none-match'), formatEntityTag(version));
    return sendFile({
      content: isHeld ? Buffer.alloc(0) : await write(exported, format, paper),
      contentType: contentTypes[format],
      name: `${nameOf(exported.content)}.${format}`,
      version,
      headers,
    });
  };
}

/** `POST /api/canvas/import` accepts it. */
function toJson({ blocks, ...words }: CanvasContent): string {
  return `${JSON.stringify({ formatVersion: 1, ...words, ...blocks }, undefined, 2)}\n`;
}

/** Characters that a file system or a shell may reject. */
const unsafe = /[\p{C}\\/:*?"<>|]+/gu;

const maxNameLength = 60;

function nameOf(content: CanvasContent): string {
  const words = oneLine(titleOf(content).replaceAll(unsafe, ' '));
  return [...words].slice(0, maxNameLength).join('').trim().replace(/^\.+/, '') || 'canvas';
}
