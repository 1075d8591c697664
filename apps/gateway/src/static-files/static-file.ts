import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { type FileBody, sendFile } from '@valuecanvas/service-kit';
import Negotiator from 'negotiator';

/** Supported content codings, the preferred one first. */
const codings = ['br', 'gzip'] as const;
export type Coding = (typeof codings)[number];

/** For texts of a few megabytes, 9 of 11 costs a tenth of the time for a few percent more bytes. */
const brotliQuality = 9;

const compress: Readonly<Record<Coding, (content: Uint8Array) => Promise<Uint8Array>>> = {
  br: (content) =>
    promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: brotliQuality } }),
  gzip: promisify(gzip),
};

/** A compressed form that saves less than a tenth is not used, for example that of an image. */
const worthwhileRatio = 0.9;

/**
 * A file that does not change while the gateway runs, held in memory. Returns it in the best coding that the client
 * accepts. Each compressed form is computed once, for its first request.
 */
export type StaticFile = (acceptEncoding: string | undefined) => Promise<FileBody>;

interface Representation {
  readonly content: Uint8Array;
  /** Undefined if the content is not compressed. */
  readonly coding?: Coding;
}

export function createStaticFile(file: {
  readonly content: string | Uint8Array;
  readonly contentType: string;
  /** Forms that the build has already compressed. */
  readonly compressed?: Readonly<Partial<Record<Coding, Uint8Array>>>;
  /** Sent with every response. `no-cache` is the default of `cache-control`. */
  readonly headers?: Readonly<Record<string, string>>;
}): StaticFile {
  const { contentType, compressed = {} } = file;
  const identity = { content: typeof file.content === 'string' ? Buffer.from(file.content) : file.content };
  // Not the time of modification: a reproducible build sets the same time for every version.
  const version = createHash('sha256').update(identity.content).digest('base64url').slice(0, 22);
  const always = {
    'cache-control': 'no-cache',
    vary: 'accept-encoding, origin',
    // The files are small. A range would be one of the compressed form, which few clients expect.
    'accept-ranges': 'none',
    ...file.headers,
  };

  const represent = async (coding: Coding): Promise<Representation> => {
    const content = compressed[coding] ?? (await compress[coding](identity.content));
    return content.length < identity.content.length * worthwhileRatio ? { content, coding } : identity;
  };
  const represented = new Map<Coding, Promise<Representation>>();
  const representationIn = (coding: Coding): Promise<Representation> => {
    const known = represented.get(coding) ?? represent(coding);
    represented.set(coding, known);
    return known;
  };

  return async (acceptEncoding) => {
    const wanted = bestCoding(acceptEncoding);
    const { content, coding }: Representation = wanted ? await representationIn(wanted) : identity;
    return sendFile({
      content,
      contentType,
      disposition: 'inline',
      version: coding ? `${version}-${coding}` : version,
      headers: coding ? { ...always, 'content-encoding': coding } : always,
    });
  };
}

/** Returns the best coding that the client accepts, or undefined if it accepts none. */
function bestCoding(acceptEncoding: string | undefined): Coding | undefined {
  const negotiator = new Negotiator({ headers: { 'accept-encoding': acceptEncoding } });
  const accepted = negotiator.encodings([...codings, 'identity']);
  return codings.find((coding) => accepted.includes(coding));
}
