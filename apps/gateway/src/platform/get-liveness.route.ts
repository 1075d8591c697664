import { getLiveness } from '@valuecanvas/contracts-gateway';
import { serve } from '@valuecanvas/service-kit';

export const getLivenessRoute = () => serve(getLiveness, () => ({ status: 'ok' }));
