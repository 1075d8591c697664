import { activatePromptVersion } from '@valuecanvas/contracts-prompt-registry';
import { serve } from '@valuecanvas/service-kit';
import type { VersionsService } from './versions.service.ts';

export const activateVersionRoute = (versions: VersionsService) =>
  serve(activatePromptVersion, ({ params }) => versions.activate(params.promptKey, params.version));
