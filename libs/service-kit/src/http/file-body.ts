import type { Readable } from 'node:stream';
import { formatEntityTag, matchesEntityTag } from '@valuecanvas/contracts-core';
import contentDisposition from 'content-disposition';
import type { FastifyReply } from 'fastify';

/** File that a handler returns. */
export interface FileParts {
  /** Sent unchanged. A stream that fails aborts the connection, so that no client mistakes a part for the whole. */
  readonly content: Uint8Array | Readable;
  readonly contentType: string;
  /** File name suggested to the client. Any characters are allowed. */
  readonly name?: string;
  /** Makes a browser show the file (`inline`) or save it (`attachment`, the default). */
  readonly disposition?: 'inline' | 'attachment';
  /** Version of the content. A client that already has it gets 304 and no content. */
  readonly version?: string;
  /** Length in bytes, if `content` is a stream of known length. */
  readonly length?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A reply of the kind `file`. */
export class FileBody {
  readonly parts: FileParts;

  constructor(parts: FileParts) {
    this.parts = parts;
  }
}

/** Returns a file as the reply of a route whose contract declares `file(…)`. */
export function sendFile(parts: FileParts): FileBody {
  return new FileBody(parts);
}

/** Sets the headers of a file and returns the payload for Fastify. */
export function filePayload(
  reply: FastifyReply,
  { parts }: FileBody,
  ifNoneMatch: string | undefined,
): Uint8Array | Readable | null {
  const { content, contentType, name, disposition = 'attachment', version, length, headers = {} } = parts;
  reply.headers(headers);
  const entityTag = version === undefined ? undefined : formatEntityTag(version);
  if (entityTag !== undefined) reply.header('etag', entityTag);
  if (entityTag !== undefined && matchesEntityTag(ifNoneMatch, entityTag)) {
    if (!(content instanceof Uint8Array)) content.destroy();
    reply.code(304);
    return null;
  }
  reply.type(contentType);
  reply.header('content-disposition', contentDisposition(name, { type: disposition }));
  if (length !== undefined) reply.header('content-length', length);
  return content;
}
