import { getPrompt } from '@valuecanvas/contracts-prompt-registry';
import { serve } from '@valuecanvas/service-kit';
import type { PromptsService } from './prompts.service.ts';

export const getPromptRoute = (prompts: PromptsService) =>
  serve(getPrompt, (call) => prompts.get(call.principal, call.params.promptKey));
