import { renderPrompt } from '@valuecanvas/contracts-prompt-registry';
import { serve } from '@valuecanvas/service-kit';
import type { PromptsService } from './prompts.service.ts';

export const renderPromptRoute = (prompts: PromptsService) =>
  serve(renderPrompt, (call) => prompts.render(call.principal, call.params.promptKey, call.body));
