import Type, { type Static, type TObject, type TProperties, type TSchema, type TString } from 'typebox';

/** Successful reply: its envelope and the schema of its value. */
export type Reply =
  | { readonly kind: 'data'; readonly schema: TSchema }
  | { readonly kind: 'list'; readonly schema: TSchema }
  | { readonly kind: 'accepted'; readonly schema: JobView }
  | {
      readonly kind: 'raw';
      readonly schema: TSchema;
      /** Default content type. JSON unless stated. */
      readonly contentType?: string;
      /** Further content types, which a handler selects. */
      readonly otherTypes?: readonly string[];
    }
  | {
      readonly kind: 'file';
      /** Possible media types, at least one. */
      readonly contentTypes: readonly string[];
    }
  | { readonly kind: 'empty' };

/** `{ success: true, data }` */
export function data<S extends TSchema>(schema: S) {
  return { kind: 'data', schema } as const;
}

/** `{ success: true, data: [...], pagination }`: one page of a longer list. The route's query is a `listQuery`. */
export function list<S extends TSchema>(schema: S) {
  return { kind: 'list', schema } as const;
}

/** View of a job: at least the URL of its status. */
type JobView = TObject<{ statusUrl: TString } & TProperties>;

/**
 * 202 `{ success: true, data }`: a job does the work later, and the value is a view of it. The service kit sends its
 * `statusUrl` as the header `location`.
 */
export function accepted<S extends JobView>(schema: S) {
  return { kind: 'accepted', schema } as const;
}

/** Unwrapped value, for other protocols (OpenAI, OFREP, Supabase Auth). */
export function raw<S extends TSchema>(schema: S, contentType?: string, ...otherTypes: readonly string[]) {
  return { kind: 'raw', schema, ...(contentType === undefined ? {} : { contentType, otherTypes }) } as const;
}

/** File of one of these media types, sent whole or as a stream. A client that has its version gets 304. */
export function file(...contentTypes: readonly [string, ...string[]]) {
  return { kind: 'file', contentTypes } as const;
}

/** No body. */
export const empty = { kind: 'empty' } as const;

/** Page of a list, as a client receives it. A handler returns a `ListPage`. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly limit: number;
  readonly nextCursor: string | null;
}

/** File received from another service. It occupies a connection until it is read to its end or cancelled. */
export interface ReceivedFile {
  readonly contentType: string;
  readonly contentDisposition: string | undefined;
  readonly entityTag: string | undefined;
  /** Throws DEPENDENCY_UNAVAILABLE if the connection breaks. */
  readonly content: AsyncIterable<Uint8Array>;
  /** Reads the whole content. */
  bytes(): Promise<Uint8Array>;
  cancel(): void;
}

/** Value that a client gets for a reply. A handler returns the same, except for files and lists. */
export type ReplyValue<R> = R extends { kind: 'data' | 'accepted' | 'raw'; schema: infer S extends TSchema }
  ? Static<S>
  : R extends { kind: 'list'; schema: infer S extends TSchema }
    ? Page<Static<S>>
    : R extends { kind: 'file' }
      ? ReceivedFile
      : undefined;

const Pagination = Type.Object(
  {
    limit: Type.Integer({ description: 'Maximum number of items on a page.' }),
    nextCursor: Type.Union([Type.String(), Type.Null()], {
      description: 'Cursor of the next page, to send as cursor. Null on the last page.',
    }),
  },
  { title: 'Pagination', description: 'Position of this page in the list.' },
);

const success = Type.Literal(true, { description: 'Always true, because the request succeeded.' });

/** Returns the schema of the body on the wire, or undefined if there is no body. */
export function wireSchema(reply: Reply): TSchema | undefined {
  switch (reply.kind) {
    case 'data':
    case 'accepted':
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
