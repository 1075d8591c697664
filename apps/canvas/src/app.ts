import { canvasContract } from '@valuecanvas/contracts-canvas';
import { openIdempotency } from '@valuecanvas/idempotency';
import { openDatabase } from '@valuecanvas/postgres';
import { openQueue } from '@valuecanvas/queue';
import { openRedis } from '@valuecanvas/redis';
import { defineService, implement, internalTokenAuthenticator } from '@valuecanvas/service-kit';
import { createCanvasStore } from './canvases/canvas.store.ts';
import { createCanvasesService } from './canvases/canvases.service.ts';
import { canvasRoutes } from './canvases/routes.ts';
import { createComparison } from './comparison/comparison.service.ts';
import { canvasVariables } from './config.ts';
import type { Database } from './db.ts';
import { createFileWriter } from './files/canvas-file.ts';
import { createRenderer } from './files/renderer.ts';
import { createFindingsService } from './findings/findings.service.ts';
import { createFindingsStore } from './findings/findings.store.ts';
import { findingsRoutes } from './findings/routes.ts';
import { unstoredCheck } from './findings/unstored-check.ts';
import { composeGeneration } from './generation/compose-generation.ts';
import { composeKeepOutcome } from './generation/compose-keep-outcome.ts';
import { generationRoutes } from './generation/routes.ts';
import { createSubmitJob } from './generation/submit-job.ts';
import { sharingRoutes } from './sharing/routes.ts';
import { createSharesService } from './sharing/shares.service.ts';
import { createSharesStore } from './sharing/shares.store.ts';

const hourMs = 3_600_000;

/** Canvas service: users' canvases with their history, and their generation and refinement by models. */
export const canvasService = defineService({
  contract: canvasContract,
  variables: canvasVariables,
  async compose(kit) {
    const { INTERNAL_PUBLIC_KEYS: publicKeys } = kit.config;
    const { db, ping } = openDatabase<Database>('canvas', kit);
    const store = createCanvasStore(db);
    kit.lifecycle.every('canvases: removal of deleted canvases', hourMs, store.purge);
    const { producer } = openQueue('canvas', kit);
    const canvases = createCanvasesService(store);
    const redis = openRedis('canvas', kit);
    const { ask, reserve, generation, probe } = await composeGeneration(kit, redis, { db, canvases });

    const checks = createFindingsStore(db);
    const findings = createFindingsService({
      store: checks,
      canvases,
      ask,
      reserve,
      keep: composeKeepOutcome(kit, redis, unstoredCheck, {
        store: checks.save,
        storeLater: checks.saveLater,
        storedLater:
          'The canvas was checked, but the findings cannot be stored at the moment. They will appear at the canvas as soon as they are stored.',
      }),
      now: kit.now,
    });
    const writeFile = createFileWriter(createRenderer(kit));
    const shares = createSharesService({ store: createSharesStore(db), canvases, now: kit.now });

    return {
      authenticate: await internalTokenAuthenticator(canvasContract, publicKeys, kit.now),
      probes: { postgres: ping, prompts: probe },
      routes: implement(
        canvasContract,
        {
          ...canvasRoutes(canvases, createComparison(canvases), writeFile),
          ...generationRoutes(generation, canvases, createSubmitJob(db, producer)),
          ...findingsRoutes(findings),
          ...sharingRoutes(shares, writeFile),
        },
        openIdempotency(db, kit),
      ),
    };
  },
});
