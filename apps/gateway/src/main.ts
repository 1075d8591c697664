import { runService } from '@valuecanvas/service-kit';
import { gatewayService } from './app.ts';

await runService(gatewayService);
