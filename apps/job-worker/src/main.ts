import { runService } from '@valuecanvas/service-kit';
import { jobWorkerService } from './app.ts';

await runService(jobWorkerService);
