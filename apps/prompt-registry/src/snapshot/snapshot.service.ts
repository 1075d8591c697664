import { hash } from 'node:crypto';
import type { PromptSnapshot } from '@valuecanvas/contracts-prompt-registry';
import { toRenderable } from '../versions/version-row.ts';
import type { VersionsStore } from '../versions/versions.store.ts';

export type SnapshotService = ReturnType<typeof createSnapshotService>;

/** All active prompts. Their version follows from the contents alone, so replicas agree on it without talking. */
export function createSnapshotService(store: VersionsStore) {
  return {
    async current(): Promise<PromptSnapshot> {
      const prompts = (await store.allActive()).map(toRenderable);
      return { version: hash('sha256', JSON.stringify(prompts), 'base64url'), prompts };
    },
  };
}
