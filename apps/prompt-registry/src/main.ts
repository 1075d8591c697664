import { runService } from '@valuecanvas/service-kit';
import { promptRegistryService } from './app.ts';

await runService(promptRegistryService);
