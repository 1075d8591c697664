import { runService } from '@valuecanvas/service-kit';
import { llmRouterService } from './app.ts';

await runService(llmRouterService);
