import type { canvasContract } from '@valuecanvas/contracts-canvas';
import { type HandlersOf, respond } from '@valuecanvas/service-kit';
import type { WriteFile } from '../files/canvas-file.ts';
import type { SharesService } from './shares.service.ts';

const sharedHeaders = { 'x-robots-tag': 'noindex', 'cache-control': 'no-store' };

export const sharingRoutes = (shares: SharesService, writeFile: WriteFile) =>
  ({
    createShare: ({ principal, params, body }) => shares.create(principal, params.id, body.expiresInDays),
    listShares: ({ principal, params, page }) => shares.list(principal, params.id, page),
    deleteShare: ({ principal, params }) => shares.revoke(principal, params.id, params.sid),
    async getSharedCanvas({ params }) {
      const { content, revision, updatedAt } = await shares.open(params.token);
      const { blocks, ...words } = content;
      const shared = { ...words, ...blocks, revision, updatedAt: updatedAt.toISOString() };
      return respond(200, shared, sharedHeaders);
    },
    async exportSharedCanvas(call) {
      const shared = await shares.open(call.params.token);
      return writeFile(shared, call.query, call, sharedHeaders);
    },
  }) satisfies Partial<HandlersOf<typeof canvasContract>>;
