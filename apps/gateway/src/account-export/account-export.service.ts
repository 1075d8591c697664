import type { canvasContract } from '@valuecanvas/contracts-canvas';
import {
  AppError,
  type CallContext,
  type ListPage,
  type Page,
  type PageRequest,
  type UserCall,
  type UserPrincipal,
} from '@valuecanvas/contracts-core';
import type { ApiKey } from '@valuecanvas/contracts-gateway';
import type { jobWorkerContract } from '@valuecanvas/contracts-job-worker';
import type { llmRouterContract } from '@valuecanvas/contracts-llm-router';
import type { promptRegistryContract } from '@valuecanvas/contracts-prompt-registry';
import type { ClientOf } from '@valuecanvas/http-client';

/** The services that own data of users. Every call is made as the user, so that they return nothing else. */
export interface DataOwners {
  readonly canvas: ClientOf<typeof canvasContract>;
  readonly jobs: ClientOf<typeof jobWorkerContract>;
  readonly router: ClientOf<typeof llmRouterContract>;
  readonly prompts: ClientOf<typeof promptRegistryContract>;
}

/** The account itself, with members that the export does not interpret. */
export interface Profile {
  readonly createdAt: string;
}

/**
 * Collects the data of the calling user as the text of one JSON document, in parts: at most one page or one revision is in
 * memory. Throws NOT_FOUND before the first part if the account no longer exists.
 */
export type ExportAccount = (call: UserCall) => Promise<AsyncIterable<string>>;

const pageSize = 50;
/** Days between the first and the last day of the longest usage report. */
const usageDays = 365;
const dayMs = 86_400_000;

export function createAccountExport(options: {
  readonly owners: DataOwners;
  readonly findProfile: (userId: string) => Promise<Profile | undefined>;
  readonly listKeys: (owner: UserPrincipal, page: PageRequest) => Promise<ListPage<ApiKey>>;
  readonly now: () => number;
}): ExportAccount {
  const { owners, now } = options;

  async function* keys(owner: UserPrincipal): AsyncGenerator<ApiKey> {
    let after: PageRequest['after'];
    do {
      const { items, last } = await options.listKeys(owner, { limit: pageSize, after });
      yield* items;
      after = last;
    } while (after !== undefined);
  }

  async function* canvases(call: CallContext) {
    for await (const canvas of pages((query) => owners.canvas.listCanvases({ query }, call))) {
      const params = { id: canvas.id };
      const [shares, { findings }, dismissed] = await Promise.all([
        collect(pages((query) => owners.canvas.listShares({ params, query }, call))),
        owners.canvas.listFindings({ params, query: {} }, call),
        owners.canvas.listFindings({ params, query: { dismissed: true } }, call),
      ]);
      // The parts of one canvas are written one after another, because its history can be long.
      yield* objectOf(
        { canvas, shares, findings, dismissedFindings: dismissed.findings },
        'revisions',
        revisions(canvas.id, call),
      );
    }
  }

  async function* revisions(id: string, call: CallContext) {
    for (const { revision: n } of await owners.canvas.listRevisions({ params: { id } }, call))
      yield await owners.canvas.getRevision({ params: { id, n } }, call);
  }

  async function* jobs(call: CallContext) {
    for await (const job of pages((query) => owners.jobs.listJobs({ query }, call))) {
      const hasResult = job.status === 'completed';
      // A result is kept for a shorter time than its job can be.
      const result = hasResult
        ? await owners.jobs.getJobResult({ params: { jobId: job.jobId } }, call).catch(absent)
        : undefined;
      yield { ...job, ...(result === undefined ? {} : { result }) };
    }
  }

  /** Reports of at most a year each, from the creation of the account until today. */
  async function* usage(call: CallContext, { createdAt }: Profile, until: number) {
    const lastDay = dateOf(until);
    let from = Date.parse(dateOf(Date.parse(createdAt)));
    do {
      const to = Math.min(from + usageDays * dayMs, Date.parse(lastDay));
      const days = { startDate: dateOf(from), endDate: dateOf(to) };
      yield { ...days, ...(await owners.router.getOwnUsage({ query: days }, call)) };
      from = to + dayMs;
    } while (dateOf(from) <= lastDay);
  }

  async function* parts(call: UserCall, profile: Profile): AsyncGenerator<string> {
    const at = now();
    yield `{"exportedAt":${JSON.stringify(new Date(at).toISOString())},"profile":${JSON.stringify(profile)}`;
    yield* section('apiKeys', texts(keys(call.principal)));
    yield* section('canvases', canvases(call));
    yield* section(
      'deletedCanvases',
      texts(pages((query) => owners.canvas.listCanvases({ query: { ...query, deleted: true } }, call))),
    );
    yield* section('jobs', texts(jobs(call)));
    yield* section('executions', texts(pages((query) => owners.prompts.listExecutions({ query }, call))));
    yield* section('usage', texts(usage(call, profile, at)));
    const { alerts } = await owners.router.getOwnAlerts({}, call);
    yield `,"alerts":${JSON.stringify(alerts)}}\n`;
  }

  return async (call) => {
    const profile = await options.findProfile(call.principal.userId);
    if (profile === undefined) throw new AppError('NOT_FOUND', { message: 'The account no longer exists.' });
    return parts(call, profile);
  };
}

/** Reads a list page by page. */
async function* pages<T>(
  read: (query: { readonly limit: number; readonly cursor?: string }) => Promise<Page<T>>,
): AsyncGenerator<T> {
  let cursor: string | null = null;
  do {
    const page: Page<T> = await read({ limit: pageSize, ...(cursor === null ? {} : { cursor }) });
    yield* page.items;
    cursor = page.nextCursor;
  } while (cursor !== null);
}

async function collect<T>(values: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

/** A piece of JSON. `isStart` tells that it begins an item. */
interface Piece {
  readonly text: string;
  readonly isStart: boolean;
}

async function* texts(values: AsyncIterable<unknown>): AsyncGenerator<Piece> {
  for await (const value of values) yield { text: JSON.stringify(value), isStart: true };
}

/** Writes an object whose last member is a long array. */
async function* objectOf(
  members: object,
  name: string,
  items: AsyncIterable<unknown>,
): AsyncGenerator<Piece> {
  yield { text: JSON.stringify(members).slice(0, -1), isStart: true };
  for await (const text of section(name, texts(items))) yield { text, isStart: false };
  yield { text: '}', isStart: false };
}

/** Writes a member of the document that is an array. */
async function* section(name: string, pieces: AsyncIterable<Piece>): AsyncGenerator<string> {
  yield `,${JSON.stringify(name)}:[`;
  let count = 0;
  for await (const { text, isStart } of pieces) {
    yield isStart && count++ > 0 ? `,\n${text}` : text;
  }
  yield ']';
}

function absent(error: unknown): undefined {
  if (error instanceof AppError && error.code === 'NOT_FOUND') return undefined;
  throw error;
}

function dateOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
