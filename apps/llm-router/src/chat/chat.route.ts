import { chat } from '@valuecanvas/contracts-llm-router';
import { serve } from '@valuecanvas/service-kit';
import type { ChatService } from './chat.service.ts';

export const chatRoute = (service: ChatService) => serve(chat, (call) => service.chat(call, call.body));
