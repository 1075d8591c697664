import { runService } from '@valuecanvas/service-kit';
import { canvasService } from './app.ts';

await runService(canvasService);
