import { Readable } from 'node:stream';
import { canvasContract } from '@valuecanvas/contracts-canvas';
import type { ListPage, PageRequest, UserPrincipal } from '@valuecanvas/contracts-core';
import type { ApiKey, gatewayContract } from '@valuecanvas/contracts-gateway';
import { jobWorkerContract } from '@valuecanvas/contracts-job-worker';
import { llmRouterContract } from '@valuecanvas/contracts-llm-router';
import { promptRegistryContract } from '@valuecanvas/contracts-prompt-registry';
import { createClient } from '@valuecanvas/http-client';
import { createInternalSigner, importSigningKey } from '@valuecanvas/identity';
import { acrossUsers } from '@valuecanvas/postgres';
import { type HandlersOf, sendFile } from '@valuecanvas/service-kit';
import { type Kysely, sql } from 'kysely';
import type { GatewayKit } from '../config.ts';
import type { Database } from '../db.ts';
import { createAccountExport, type Profile } from './account-export.service.ts';

/** Connections to each service. An export waits for one answer after another. */
const connections = 4;

/** The export of a user's data from all services. */
export async function composeAccountExport(
  { config, lifecycle, now }: GatewayKit,
  {
    db,
    listKeys,
  }: {
    readonly db: Kysely<Database>;
    readonly listKeys: (owner: UserPrincipal, page: PageRequest) => Promise<ListPage<ApiKey>>;
  },
) {
  const key = await importSigningKey(config.INTERNAL_SIGNING_KEY);
  const sign = createInternalSigner({ issuer: 'gateway', key, now });
  const options = { sign, connections };
  const canvas = createClient(canvasContract, { ...options, baseUrl: config.CANVAS_URL });
  const jobs = createClient(jobWorkerContract, { ...options, baseUrl: config.JOB_WORKER_URL });
  const router = createClient(llmRouterContract, { ...options, baseUrl: config.LLM_ROUTER_URL });
  const prompts = createClient(promptRegistryContract, { ...options, baseUrl: config.PROMPT_REGISTRY_URL });
  lifecycle.onStop('close', 'connections for exports of accounts', async () => {
    await Promise.all([canvas.close(), jobs.close(), router.close(), prompts.close()]);
  });
  const exportAccount = createAccountExport({
    owners: { canvas: canvas.call, jobs: jobs.call, router: router.call, prompts: prompts.call },
    findProfile: (userId) =>
      acrossUsers(db, async (tx) => {
        const { rows } = await sql<{ profile: Profile | null }>`
          select vc_private.account_profile(${userId}) as profile`.execute(tx);
        return rows[0]?.profile ?? undefined;
      }),
    listKeys,
    now,
  });
  return {
    routes: {
      exportAccount: async (call) =>
        sendFile({
          content: Readable.from(await exportAccount(call)),
          contentType: 'application/json',
          name: `valuecanvas-${new Date(now()).toISOString().slice(0, 10)}.json`,
          headers: { 'cache-control': 'no-store' },
        }),
    } satisfies Partial<HandlersOf<typeof gatewayContract>>,
  };
}
