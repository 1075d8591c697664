import { runService } from '@valuecanvas/service-kit';
import { featureFlagsService } from './app.ts';

await runService(featureFlagsService);
