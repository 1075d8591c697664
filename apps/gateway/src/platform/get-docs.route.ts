import { getDocs } from '@valuecanvas/contracts-gateway';
import { serve } from '@valuecanvas/service-kit';
import type { ApiDocs } from './api-docs.ts';

export const getDocsRoute = (docs: ApiDocs) => serve(getDocs, (call) => docs.page(call));
