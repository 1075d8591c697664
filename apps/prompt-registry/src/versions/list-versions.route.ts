import { listPromptVersions } from '@valuecanvas/contracts-prompt-registry';
import { serve } from '@valuecanvas/service-kit';
import type { VersionsService } from './versions.service.ts';

export const listVersionsRoute = (versions: VersionsService) =>
  serve(listPromptVersions, (call) => versions.list(call.principal, call.query));
