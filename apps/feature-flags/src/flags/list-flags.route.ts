import { listFlags } from '@valuecanvas/contracts-feature-flags';
import { serve } from '@valuecanvas/service-kit';
import type { FlagsService } from './flags.service.ts';

export const listFlagsRoute = (service: FlagsService) =>
  serve(listFlags, ({ query: { cursor, limit = 20 } }) => service.list(cursor, limit));
