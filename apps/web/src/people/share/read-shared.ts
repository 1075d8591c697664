import { ApiError } from '@valuecanvas/web-client';
import type { Api } from '../../api.tsx';

/** Reads the canvas of a link. Returns undefined if the link does not work, for any reason that lies in the link. */
export async function readShared({ call }: Api, token: string) {
  try {
    return await call.getSharedCanvas({ params: { token } });
  } catch (error) {
    const isGone =
      error instanceof ApiError && (error.code === 'NOT_FOUND' || error.code === 'VALIDATION_FAILED');
    if (isGone) return undefined;
    throw error;
  }
}
