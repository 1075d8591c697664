import { getVersion } from '@valuecanvas/contracts-gateway';
import { serve } from '@valuecanvas/service-kit';

export const getVersionRoute = (version: string) => serve(getVersion, () => ({ status: 'ok', version }));
