import Type, { type Static, type TSchema } from 'typebox';

/** A successful answer: how its value is wrapped, and what it holds. */
export type Reply =
  | { readonly kind: 'data'; readonly schema: TSchema }
  | { readonly kind: 'list'; readonly schema: TSchema }
  | {
      readonly kind: 'raw';
      readonly schema: TSchema;
      /** The usual one; JSON where absent. */
      readonly contentType?: string;
      /** Further ones, which a handler names itself. */
      readonly otherTypes?: readonly string[];
    }
  | {
      readonly kind: 'file';
      /** The media types that it can have, at least one. */
      readonly contentTypes: readonly string[];
    }
  | { readonly kind: 'empty' };

/** `{ success: true, data }` */
export function data<S extends TSchema>(schema: S) {
  return { kind: 'data', schema } as const;
}

/** `{ success: true, data: [...], pagination }`: one page of a longer list. */
export function list<S extends TSchema>(schema: S) {
  return { kind: 'list', schema } as const;
}

/** The value itself, for protocols that are not ours (OpenAI, OFREP, Supabase Auth). */
export function raw<S extends TSchema>(schema: S, contentType?: string, ...otherTypes: readonly string[]) {
  return { kind: 'raw', schema, ...(contentType === undefined ? {} : { contentType, otherTypes }) } as const;
}

/** A file of one of these media types, sent whole or as a stream. A client that holds its version gets 304. */
export function file(...contentTypes: readonly [string, ...string[]]) {
  return { kind: 'file', contentTypes } as const;
}

/** No body. */
export const empty = { kind: 'empty' } as const;

/** One page of a list as a handler returns it and a client receives it. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly limit: number;
  readonly nextCursor: string | null;
}

/** A file as another service receives it. It holds a connection until it is read to its end or cancelled. */
export interface ReceivedFile {
  readonly contentType: string;
  readonly contentDisposition: string | undefined;
  readonly entityTag: string | undefined;
  /** Throws DEPENDENCY_UNAVAILABLE where the connection breaks. */
  readonly content: AsyncIterable<Uint8Array>;
  /** Reads the whole content. */
  bytes(): Promise<Uint8Array>;
  cancel(): void;
}

/** What a client gets for a reply; a handler returns the same, except for files. */
export type ReplyValue<R> = R extends { kind: 'data' | 'raw'; schema: infer S extends TSchema }
  ? Static<S>
  : R extends { kind: 'list'; schema: infer S extends TSchema }
    ? Page<Static<S>>
    : R extends { kind: 'file' }
      ? ReceivedFile
      : undefined;

const Pagination = Type.Object(
  {
    limit: Type.Integer({ description: 'Largest number of items on a page.' }),
    nextCursor: Type.Union([Type.String(), Type.Null()], {
      description: 'Send it back as cursor to get the next page; null on the last one.',
    }),
  },
  { title: 'Pagination', description: 'Where this page stands in the list.' },
);

const success = Type.Literal(true, { description: 'Always true: the request succeeded.' });

/** The schema of the body as it goes over the wire, or undefined where there is none. */
export function wireSchema(reply: Reply): TSchema | undefined {
  switch (reply.kind) {
    case 'data':
      return Type.Object({ success, data: reply.schema });
    case 'list':
      return Type.Object({
        success,
        data: Type.Array(reply.schema, { description: 'The items of this page.' }),
        pagination: Pagination,
      });
    case 'raw':
      return reply.schema;
    case 'empty':
    case 'file':
      return undefined;
  }
}
