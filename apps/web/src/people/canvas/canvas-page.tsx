import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { Redo2, Undo2 } from 'lucide-react';
import { lazy, Suspense, useEffect, useState, useSyncExternalStore } from 'react';
import { queryOf, useApi } from '../../api.tsx';
import { Button } from '../../parts/button.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { text } from '../../text/en.ts';
import { type Canvas, titleOf } from './blocks.ts';
import { type CanvasDocument, createCanvasDocument, type DocumentState } from './canvas-document.ts';
import styles from './canvas-page.module.css';
import { CanvasFrame } from './canvas-sheet.tsx';
import { localDrafts } from './drafts.ts';
import { EditableBlock } from './editable-block.tsx';
import frame from './frame.module.css';

const ConfirmDialog = lazy(async () => ({
  default: (await import('../../parts/confirm-dialog.tsx')).ConfirmDialog,
}));

/** A canvas to edit. */
export function CanvasPage() {
  const api = useApi();
  const { id } = useParams({ from: '/signed-in/c/$id' });
  const { data: canvas } = useQuery(queryOf(api, 'getCanvas', { params: { id } }));
  return canvas && <CanvasEditor key={id} canvas={canvas} />;
}

function CanvasEditor({ canvas }: { readonly canvas: Canvas }) {
  const { canvasDocument, state } = useCanvasDocument(canvas);
  useUndoKeys(canvasDocument);
  return (
    <div className={frame.page}>
      <header className={frame.head}>
        <div className={styles.heading}>
          <h1 dir="auto">{titleOf(canvas)}</h1>
          <p className={styles.facts}>
            <SaveStatus state={state} />
            <span>{text.canvas.revision(state.revision)}</span>
            <span>{text.canvas.hint}</span>
          </p>
        </div>
        <div className={styles.actions}>
          <Button
            look="quiet"
            aria-label={text.canvas.undo}
            disabled={!state.canUndo}
            onClick={canvasDocument.undo}
          >
            <Undo2 size={16} aria-hidden="true" />
          </Button>
          <Button
            look="quiet"
            aria-label={text.canvas.redo}
            disabled={!state.canRedo}
            onClick={canvasDocument.redo}
          >
            <Redo2 size={16} aria-hidden="true" />
          </Button>
          <DeleteCanvas canvas={canvas} canvasDocument={canvasDocument} />
        </div>
      </header>
      {state.error && <ErrorNotice error={state.error} retry={canvasDocument.flush} />}
      <CanvasFrame tall>
        {(section) => (
          <EditableBlock
            key={section}
            section={section}
            items={state.blocks[section]}
            conflict={state.conflicts[section]}
            canvasDocument={canvasDocument}
          />
        )}
      </CanvasFrame>
      <details className={styles.about}>
        <summary>{text.canvas.about}</summary>
        <p dir="auto">{canvas.businessDescription}</p>
      </details>
    </div>
  );
}

/** The document of a canvas while its page is open. Saves when the page is left or hidden. */
function useCanvasDocument(canvas: Canvas): {
  canvasDocument: CanvasDocument;
  state: DocumentState;
} {
  const api = useApi();
  const queries = useQueryClient();
  const [canvasDocument] = useState(() => {
    const params = { id: canvas.id };
    return createCanvasDocument({
      canvas,
      drafts: localDrafts(canvas.id),
      read: () => api.call.getCanvas({ params }),
      async save(revision, changed) {
        const answer = await api.call.updateCanvas({ params, body: { revision, ...changed } as never });
        queries.setQueryData(queryOf(api, 'getCanvas', { params }).queryKey, answer);
        void queries.invalidateQueries({ queryKey: ['listCanvases'] });
        return answer;
      },
    });
  });
  const state = useSyncExternalStore(canvasDocument.subscribe, canvasDocument.getState);
  useEffect(() => {
    const saveWhenHidden = () => {
      if (document.visibilityState === 'hidden') canvasDocument.flush();
    };
    document.addEventListener('visibilitychange', saveWhenHidden);
    return () => {
      document.removeEventListener('visibilitychange', saveWhenHidden);
      canvasDocument.flush();
    };
  }, [canvasDocument]);
  return { canvasDocument, state };
}

/** Ctrl or ⌘ Z, with Shift to redo. Text fields keep their own undo. */
function useUndoKeys(canvas: CanvasDocument): void {
  useEffect(() => {
    const undo = (event: KeyboardEvent) => {
      const isText = event.target instanceof HTMLTextAreaElement;
      if (isText || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'z') return;
      event.preventDefault();
      if (event.shiftKey) canvas.redo();
      else canvas.undo();
    };
    document.addEventListener('keydown', undo);
    return () => document.removeEventListener('keydown', undo);
  }, [canvas]);
}

function SaveStatus({ state: { saving, wasMerged } }: { readonly state: DocumentState }) {
  return (
    <span role="status" className={saving === 'failed' ? styles.failed : ''}>
      {wasMerged && saving === 'saved' ? text.canvas.merged : text.canvas[saving]}
    </span>
  );
}

function DeleteCanvas({
  canvas,
  canvasDocument,
}: {
  readonly canvas: Canvas;
  readonly canvasDocument: CanvasDocument;
}) {
  const api = useApi();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [isOpen, setOpen] = useState(false);
  const remove = async () => {
    canvasDocument.close();
    const input = { params: { id: canvas.id } };
    await api.call.deleteCanvas(input);
    localDrafts(canvas.id).clear();
    await navigate({ to: '/canvases' });
    queries.removeQueries({ queryKey: queryOf(api, 'getCanvas', input).queryKey });
    await queries.invalidateQueries({ queryKey: ['listCanvases'] });
  };
  return (
    <>
      <Button look="quiet" onClick={() => setOpen(true)}>
        {text.canvas.delete}
      </Button>
      {isOpen && (
        <Suspense>
          <ConfirmDialog
            title={text.canvas.deleteTitle(titleOf(canvas))}
            description={text.canvas.deleteText}
            confirm={text.canvas.deleteConfirm}
            cancel={text.canvas.cancel}
            onConfirm={remove}
            onClose={() => setOpen(false)}
          />
        </Suspense>
      )}
    </>
  );
}
