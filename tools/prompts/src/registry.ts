import type {
  PinnedPromptVersion,
  PromptLabel,
  PromptLabelProposal,
  PromptSummary,
} from '@valuecanvas/contracts-prompt-registry';
import { type Content, contentOf, toLabelText } from './prompt-file.ts';

/** Sends a request to a platform. Resolves with its status and its parsed body. */
export type Send = (request: {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly body?: unknown;
}) => Promise<{ readonly status: number; readonly body: unknown }>;

/** The registry refused a request. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';
}

/** A prompt as the registry has it. */
export interface RegistryPrompt {
  readonly key: string;
  /** Oldest first. */
  readonly versions: readonly RegistryVersion[];
  readonly labels: readonly RegistryLabel[];
}

export interface RegistryVersion {
  readonly version: number;
  readonly content: Content;
}

export interface RegistryLabel {
  readonly environment: string;
  readonly label: string;
  /** As files write it. */
  readonly text: string;
  readonly version: number | null;
  readonly isProtected: boolean;
}

export type Registry = ReturnType<typeof createRegistry>;

/** The registry of a platform. Each function throws RegistryError if a request is refused. */
export function createRegistry(send: Send) {
  const data = async (request: Parameters<Send>[0]): Promise<Envelope> => {
    const { status, body } = await send(request);
    if (status < 300 && isRecord(body)) return body;
    throw new RegistryError(`${request.method} ${request.path} was refused: ${describe(status, body)}`);
  };

  const all = async <T>(path: string): Promise<T[]> => {
    const items: unknown[] = [];
    let cursor: string | null | undefined;
    do {
      const query = new URLSearchParams({ limit: '100', ...(cursor ? { cursor } : {}) });
      const page = await data({ method: 'GET', path: `${path}${path.includes('?') ? '&' : '?'}${query}` });
      items.push(...(page.data as unknown[]));
      cursor = page.pagination?.nextCursor;
    } while (cursor);
    return items as T[];
  };

  return {
    /** Returns the keys of all prompts, in order. */
    keys: async (): Promise<string[]> =>
      (await all<PromptSummary>('/api/prompts')).map(({ promptKey }) => promptKey).sort(),

    async read(key: string): Promise<RegistryPrompt> {
      const [versions, labels] = await Promise.all([
        all<PinnedPromptVersion>(`/api/prompts/versions?promptKey=${key}`),
        all<PromptLabel>(`/api/prompts/${key}/labels`),
      ]);
      return {
        key,
        versions: versions
          .map((version) => ({ version: version.version, content: contentOf(version) }))
          .sort((a, b) => a.version - b.version),
        labels: labels
          .map(({ environment, label, version, protected: isProtected }) => ({
            environment,
            label,
            text: toLabelText({ environment, label }),
            version,
            isProtected,
          }))
          .sort((a, b) => (a.text < b.text ? -1 : 1)),
      };
    },

    async create(key: string, content: Content, commitMessage: string | undefined): Promise<number> {
      const metadata = { ...content.metadata, ...(commitMessage === undefined ? {} : { commitMessage }) };
      const body = { promptKey: key, ...content, metadata };
      const created = await data({ method: 'POST', path: '/api/prompts/versions', body });
      return (created.data as PinnedPromptVersion).version;
    },

    async move(key: string, move: LabelMove): Promise<void> {
      const { environment, label, version, expectedVersion, reason } = move;
      const body = { environment, version, expectedVersion, ...(reason === undefined ? {} : { reason }) };
      await data({ method: 'PUT', path: `/api/prompts/${key}/labels/${label}`, body });
    },

    /** Proposes a move, unless an open proposal for the version exists. Returns false in this case. */
    async propose(key: string, move: LabelMove): Promise<boolean> {
      const { environment, label, version, reason } = move;
      const path = `/api/prompts/${key}/labels/${label}/proposals`;
      const proposals = await all<PromptLabelProposal>(`${path}?environment=${environment}`);
      if (proposals.some((proposal) => proposal.status === 'open' && proposal.version === version))
        return false;
      const body = { environment, version, ...(reason === undefined ? {} : { reason }) };
      await data({ method: 'POST', path, body });
      return true;
    },
  };
}

/** Move of a label to a version, from the one that has it now. */
export interface LabelMove {
  readonly environment: string;
  readonly label: string;
  readonly version: number;
  readonly expectedVersion: number | null;
  readonly reason: string | undefined;
}

interface Envelope {
  readonly data?: unknown;
  readonly pagination?: { readonly nextCursor?: string | null };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function describe(status: number, body: unknown): string {
  if (!isRecord(body)) return `status ${status}`;
  const details = Array.isArray(body.details)
    ? body.details.map((detail: { path?: string; message?: string }) => `${detail.path} ${detail.message}`)
    : [];
  return [`${body.code ?? status}: ${body.message}`, ...details].join('\n    ');
}
