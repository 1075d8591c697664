import { createPromptVersion } from '@valuecanvas/contracts-prompt-registry';
import { serve } from '@valuecanvas/service-kit';
import type { VersionsService } from './versions.service.ts';

export const createVersionRoute = (versions: VersionsService) =>
  serve(createPromptVersion, (call) => versions.create(call.principal, call.body));
