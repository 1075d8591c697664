import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { CallFrame } from './cpu-profile.ts';

/** The origin of a function. */
export interface Origin {
  /** `our code`, a package or package family, `node`, `native code` or `garbage collection`. */
  readonly group: string;
  /** The file, from the repository's root; of a package or of Node, its name. */
  readonly place: string;
}

/** Packages reported as one. */
const families: readonly (readonly [string, RegExp])[] = [
  [
    'fastify',
    /^(@fastify\/|fastify|find-my-way|avvio|fast-json-stringify|light-my-request|secure-json-parse)/,
  ],
  ['undici', /^undici/],
  ['ioredis', /^(@ioredis\/|ioredis|redis-parser|standard-as-callback|denque|cluster-key-slot)/],
  ['pino', /^(pino|sonic-boom|thread-stream|quick-format-unescaped|safe-stable-stringify)/],
];

/** Creates a lookup. `sourceOf` maps a bundle position to its source, or undefined. */
export function originOf({ functionName, url, ...at }: CallFrame, sourceOf: SourceLookup): Origin {
  if (functionName === '(garbage collector)') return { group: 'garbage collection', place: '' };
  if (url === '' || functionName === '(program)') return { group: 'native code', place: '' };
  if (url.startsWith('node:')) return { group: 'node', place: url };
  // undici's HTTP parser is the only WebAssembly code.
  if (url.startsWith('wasm:')) return { group: 'undici', place: 'undici' };
  const path = /\/node_modules\//.test(url) ? url : (sourceOf(url, at) ?? url);
  const name = packageOf(path);
  if (name === undefined) return { group: 'our code', place: path.replace(/^(?:\.\.\/)+/, '') };
  const family = families.find(([, members]) => members.test(name))?.[0];
  return { group: family ?? 'other packages', place: name };
}

/** Returns the innermost package of a path. */
function packageOf(path: string): string | undefined {
  const [, inside] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path) ?? [];
  return inside;
}

export type SourceLookup = (
  url: string,
  at: { readonly lineNumber: number; readonly columnNumber: number },
) => string | undefined;

/** Reads the source map beside each bundle once. */
export function createSourceLookup(): SourceLookup {
  const maps = new Map<string, SourceMap | undefined>();
  return (url, { lineNumber, columnNumber }) => {
    if (!maps.has(url)) maps.set(url, readMap(url));
    const entry = maps.get(url)?.findEntry(lineNumber, columnNumber);
    return entry && 'originalSource' in entry ? entry.originalSource : undefined;
  };
}

function readMap(url: string): SourceMap | undefined {
  try {
    const text = readFileSync(`${fileURLToPath(url)}.map`, 'utf8');
    return new SourceMap(JSON.parse(text) as SourceMapPayload);
  } catch {
    return undefined;
  }
}
