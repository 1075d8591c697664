import { useQueryClient } from '@tanstack/react-query';
import { titleOf } from '@valuecanvas/contracts-canvas/title';
import { queryOf, useApi } from '../../api.tsx';
import { useToast } from '../../shell/toasts.tsx';
import { text } from '../../text/en.ts';
import type { Canvas } from '../canvas/blocks.ts';

/** Returns functions that delete a canvas, with a toast that undoes it, and that recover a deleted one. */
export function useDeletion() {
  const api = useApi();
  const queries = useQueryClient();
  const toast = useToast();
  const refresh = () => queries.invalidateQueries({ queryKey: ['listCanvases'] });
  const recover = async ({ id }: Canvas) => {
    const params = { id };
    const canvas = await api.call.undeleteCanvas({ params });
    queries.setQueryData(queryOf(api, 'getCanvas', { params }).queryKey, canvas);
    await refresh();
  };
  const undo = (canvas: Canvas) =>
    recover(canvas).then(
      () => toast({ title: text.canvases.recovered(titleOf(canvas)) }),
      () => toast({ title: text.canvases.notRecovered }),
    );
  const remove = async (canvas: Canvas) => {
    const input = { params: { id: canvas.id } };
    await api.call.deleteCanvas(input);
    queries.removeQueries({ queryKey: queryOf(api, 'getCanvas', input).queryKey });
    await refresh();
    toast({
      title: text.canvases.deleted(titleOf(canvas)),
      action: { label: text.canvas.undo, run: () => void undo(canvas) },
    });
  };
  return { remove, recover: undo };
}
