import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Contract } from '@valuecanvas/contracts-core';
import { ConfigError, filePayload } from '@valuecanvas/service-kit';
import type { FastifyContextConfig, FastifyInstance, FastifyRequest } from 'fastify';
import mime from 'mime';
import type { GatewayKit } from '../config.ts';
import { applicationHeaders } from '../edge/browser-protection.ts';
import { targetOf } from '../forwarding/send-upstream.ts';
import { createStaticFile, type StaticFile } from './static-file.ts';

/** The build names these files by a hash of their content, so that the content of a path never changes. */
const hashedFolder = '/assets/';

const indexPath = '/index.html';

/** Pages below it show what their secret address gives access to. Search engines must not list them. */
const unlistedFolder = '/s/';

/** Built files of the web application. */
export interface Pages {
  /**
   * Returns the file at a path. A navigation to any other path gets the index page, because the application routes in the
   * browser. Returns undefined for a missing file, so that it is a 404 and not a page.
   */
  find(path: string, accept: string | undefined): StaticFile | undefined;
}

/**
 * Reads all files of a folder into memory, so that requests reach nothing else: no other folder, no hidden file, no
 * symbolic link. Uses `x.js.br` and `x.js.gz` as compressed forms of `x.js`. `pageHeaders` apply to HTML.
 */
export async function openPages(
  folder: string,
  pageHeaders: Readonly<Record<string, string>>,
): Promise<Pages> {
  const contents = await readFolder(folder);
  const files = new Map<string, StaticFile>();
  const fileOf = (path: string, content: Buffer, headers: Readonly<Record<string, string>> = {}) => {
    const contentType = contentTypeOf(path);
    const br = contents.get(`${path}.br`);
    const gz = contents.get(`${path}.gz`);
    return createStaticFile({
      content,
      contentType,
      compressed: { ...(br ? { br } : {}), ...(gz ? { gzip: gz } : {}) },
      headers: {
        ...(path.startsWith(hashedFolder) ? { 'cache-control': 'public, max-age=31536000, immutable' } : {}),
        ...(contentType.startsWith('text/html') ? pageHeaders : {}),
        ...headers,
      },
    });
  };
  for (const [path, content] of contents) {
    if (!isCompressedForm(path, contents)) files.set(path, fileOf(path, content));
  }
  const indexContent = contents.get(indexPath);
  if (!indexContent)
    throw new ConfigError([`PAGES_DIR must be a folder that contains index.html: ${folder}`]);
  const index = fileOf(indexPath, indexContent);
  const unlisted = fileOf(indexPath, indexContent, { 'x-robots-tag': 'noindex' });
  files.set('/', index);
  return {
    find(path, accept) {
      const page = path.startsWith(unlistedFolder) ? unlisted : index;
      return files.get(path) ?? (isNavigation(path, accept) ? page : undefined);
    },
  };
}

/** Returns the contents of all regular files by path. Skips hidden files and folders. */
async function readFolder(folder: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw new ConfigError([`PAGES_DIR cannot be read: ${String(cause)}`]);
  });
  const contents = new Map<string, Buffer>();
  for (const entry of entries) {
    const file = join(entry.parentPath, entry.name);
    const path = `/${relative(folder, file).replaceAll(sep, '/')}`;
    if (entry.isFile() && !path.includes('/.')) contents.set(path, await readFile(file));
  }
  return contents;
}

function isCompressedForm(path: string, contents: ReadonlyMap<string, unknown>): boolean {
  return /\.(?:br|gz)$/.test(path) && contents.has(path.replace(/\.[^.]+$/, ''));
}

function contentTypeOf(path: string): string {
  const type = mime.getType(path) ?? 'application/octet-stream';
  return type.startsWith('text/') ? `${type}; charset=utf-8` : type;
}

/** No file is below it, and names in its paths have dots, for example the keys of prompts. */
const consoleFolder = '/console/';

/** Paths with a file extension, hidden files and assets are never pages. */
function isNavigation(path: string, accept: string | undefined): boolean {
  if (!accept?.includes('text/html') || path.startsWith(hashedFolder) || path.includes('/.')) return false;
  return path.startsWith(consoleFolder) || !path.slice(path.lastIndexOf('/')).includes('.');
}

/** The pages of the web application, if PAGES_DIR names their folder. `contracts` reserve the paths of the API. */
export async function composePages(
  { config }: GatewayKit,
  contracts: readonly Contract[],
): Promise<{ serve(app: FastifyInstance): void }> {
  if (config.PAGES_DIR === undefined) return { serve: () => undefined };
  const pages = await openPages(config.PAGES_DIR, applicationHeaders(config.CSP_ENABLED));
  return { serve: (app) => servePages(app, pages, contracts) };
}

const pageConfig: FastifyContextConfig = { servesPage: true };

/**
 * Answers GET and HEAD requests for pages, without authentication and rate limit: hooks that are added later do not run
 * for them. Leaves every route, and every path that begins like a route of `contracts`, so that an unknown path of the
 * API stays a 404.
 */
function servePages(app: FastifyInstance, pages: Pages, contracts: readonly Contract[]): void {
  const reserved = new Set(contracts.flatMap(pathsOf).map(firstSegment));
  app.addHook('onRequest', (request, reply, done) => {
    const path = isUnmatchedRead(request) ? decodedPath(request.originalUrl) : undefined;
    if (path === undefined || reserved.has(firstSegment(path))) return done();
    const { accept, 'accept-encoding': acceptEncoding, 'if-none-match': ifNoneMatch } = request.headers;
    const file = pages.find(path, accept);
    if (!file) return done();
    request.routeConfig = pageConfig;
    const send = file(acceptEncoding).then((body) => {
      reply.send(filePayload(reply, body, ifNoneMatch));
    });
    send.catch(done);
  });
}

function pathsOf({ prefixes, routes }: Contract): string[] {
  return [...prefixes, ...Object.values(routes).map(({ path }) => path)];
}

function firstSegment(path: string): string {
  return path.split('/', 2)[1] ?? '';
}

function isUnmatchedRead({ method, routeConfig }: FastifyRequest): boolean {
  if (routeConfig.operation || routeConfig.forwardsTo !== undefined) return false;
  return method === 'GET' || method === 'HEAD';
}

/** Leaves encoded slashes as they are. Returns undefined if the path cannot be decoded. */
function decodedPath(url: string): string | undefined {
  try {
    return decodeURI(targetOf(url).split('?', 1)[0] ?? '');
  } catch {
    return undefined;
  }
}
