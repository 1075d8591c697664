import type { Readable } from 'node:stream';
import { formatEntityTag, matchesEntityTag } from '@valuecanvas/contracts-core';
import contentDisposition from 'content-disposition';
import type { FastifyReply } from 'fastify';

/** A file as a handler gives it. */
export interface FileParts {
  /** Sent as it is. A stream that fails cuts the connection, so that no client takes a part for the whole. */
  readonly content: Uint8Array | Readable;
  readonly contentType: string;
  /** Suggested to whoever saves it; any characters are allowed. */
  readonly name?: string;
  /** Whether a browser shows the file or saves it; it saves where absent. */
  readonly disposition?: 'inline' | 'attachment';
  /** Version of the content. A client that holds it gets 304 and no content. */
  readonly version?: string;
  /** Bytes, where `content` is a stream of known length. */
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

/** Answers with a file: the reply of a route whose contract says `file(…)`. */
export function sendFile(parts: FileParts): FileBody {
  return new FileBody(parts);
}

/** Sets the headers of a file and returns what Fastify sends. */
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
