import { createHash, randomBytes } from 'node:crypto';
import type { NewShare, Share } from '@valuecanvas/contracts-canvas';
import { AppError, type ListPage, type PageRequest, type UserPrincipal } from '@valuecanvas/contracts-core';
import { v7 as uuidv7 } from 'uuid';
import type { CanvasesService } from '../canvases/canvases.service.ts';
import type { SharesStore, StoredShared } from './shares.store.ts';

const dayMs = 86_400_000;

/** Bytes of a secret, so that no link can be guessed. */
const tokenBytes = 32;

/** Rules for links to canvases. Throws NOT_FOUND for canvases of other users and for links that do not work. */
export interface SharesService {
  create(owner: UserPrincipal, canvasId: string, expiresInDays: number | undefined): Promise<NewShare>;
  list(owner: UserPrincipal, canvasId: string, page: PageRequest): Promise<ListPage<Share>>;
  revoke(owner: UserPrincipal, canvasId: string, id: string): Promise<void>;
  open(token: string): Promise<StoredShared>;
}

export function createSharesService(parts: {
  readonly store: SharesStore;
  readonly canvases: Pick<CanvasesService, 'get'>;
  readonly now: () => number;
}): SharesService {
  const { store, canvases, now } = parts;
  return {
    async create(owner, canvasId, expiresInDays) {
      await canvases.get(owner, canvasId);
      const token = randomBytes(tokenBytes).toString('base64url');
      const expiresAt = expiresInDays === undefined ? null : new Date(now() + expiresInDays * dayMs);
      const share = await store.insert(owner, {
        id: uuidv7(),
        canvasId,
        tokenHash: hashOf(token),
        expiresAt,
      });
      return { ...share, token, url: `/api/shared/${token}` };
    },

    async list(owner, canvasId, page) {
      await canvases.get(owner, canvasId);
      return store.list(owner, canvasId, page);
    },

    async revoke(owner, canvasId, id) {
      if (!(await store.remove(owner, canvasId, id))) throw new AppError('NOT_FOUND');
    },

    async open(token) {
      const shared = await store.findShared(hashOf(token));
      if (!shared)
        throw new AppError('NOT_FOUND', { message: 'This link does not exist, or no longer works.' });
      return shared;
    },
  };
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
