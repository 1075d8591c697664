import { AppError } from '@valuecanvas/contracts-core';
import { createChatCompletion } from '@valuecanvas/contracts-llm-router';
import { serve } from '@valuecanvas/service-kit';
import type { CompletionBody } from '../providers/chat-completion.ts';
import type { Complete } from '../routing/completions.ts';

export const createChatCompletionRoute = (complete: Complete) =>
  serve(createChatCompletion, async (call) => {
    const body = call.body as CompletionBody;
    if (body.stream === true)
      throw new AppError('VALIDATION_FAILED', { message: 'Streaming is not offered: send stream as false.' });
    const { answer } = await complete(call, body);
    return answer;
  });
