import { useNavigate } from '@tanstack/react-router';
import { Redo2, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { BarMenu } from '../../parts/bar-menu.tsx';
import { Button } from '../../parts/button.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { useShortcuts } from '../../shell/use-shortcuts.ts';
import { text } from '../../text/en.ts';
import { panelsText } from '../../text/panels.en.ts';
import { shareText } from '../../text/share.en.ts';
import { useDeletion } from '../canvases/use-deletion.ts';
import type { Canvas } from './blocks.ts';
import type { CanvasDocument, DocumentState } from './canvas-document.ts';
import { useCanvasKeys } from './canvas-keys.ts';
import styles from './canvas-page.module.css';
import type { CanvasSearch, Panel } from './panels.ts';

const buttons = [
  ['findings', panelsText.findings.title],
  ['variants', panelsText.variants.title],
  ['history', text.canvas.history],
  ['share', shareText.panel.title],
  ['export', shareText.files.title],
] as const;

/** The buttons above a canvas, which are loaded after it. */
export function CanvasActions({
  canvas,
  canvasDocument,
  state,
  panel,
  show,
}: {
  readonly canvas: Canvas;
  readonly canvasDocument: CanvasDocument;
  readonly state: DocumentState;
  /** The panel that is open. */
  readonly panel: Panel | undefined;
  readonly show: (next: CanvasSearch) => void;
}) {
  /** Opens a panel, or closes it if it is open. */
  const toggle = (name: Panel) => show(panel === name ? {} : { panel: name });
  useCanvasKeys({
    canvasDocument,
    state,
    onSuggest: (section) => show({ panel: 'refine', block: section }),
    onHistory: () => toggle('history'),
  });
  useShortcuts([
    { keys: ['f'], label: panelsText.findings.shortcut, run: () => toggle('findings') },
    { keys: ['v'], label: panelsText.variants.shortcut, run: () => toggle('variants') },
    { keys: ['s'], label: shareText.panel.shortcut, run: () => toggle('share') },
    { keys: ['x'], label: shareText.files.shortcut, run: () => toggle('export') },
  ]);
  return (
    <>
      <Button
        look="quiet"
        aria-label={text.canvas.undo}
        disabled={!state.canUndo}
        onClick={canvasDocument.undo}
      >
        <Undo2 size={16} aria-hidden="true" />
      </Button>
      <BarMenu label={text.canvas.actions}>
        <Button
          look="quiet"
          aria-label={text.canvas.redo}
          disabled={!state.canRedo}
          onClick={canvasDocument.redo}
        >
          <Redo2 size={16} aria-hidden="true" />
          <span className={styles.inMenu}>{text.canvas.redo}</span>
        </Button>
        {buttons.map(([name, label]) => (
          <Button key={name} look="quiet" aria-expanded={panel === name} onClick={() => toggle(name)}>
            {label}
          </Button>
        ))}
        <DeleteCanvas canvas={canvas} canvasDocument={canvasDocument} />
      </BarMenu>
    </>
  );
}

function DeleteCanvas({
  canvas,
  canvasDocument,
}: {
  readonly canvas: Canvas;
  readonly canvasDocument: CanvasDocument;
}) {
  const navigate = useNavigate();
  const { remove } = useDeletion();
  const [error, setError] = useState<Error | undefined>(undefined);
  /** Saves first, so that nothing is missing if the canvas is recovered. */
  const removeAndLeave = async () => {
    try {
      await canvasDocument.flush();
      await remove(canvas);
      canvasDocument.close();
      await navigate({ to: '/canvases' });
    } catch (cause) {
      setError(cause as Error);
    }
  };
  return (
    <>
      <Button look="quiet" onClick={() => void removeAndLeave()}>
        {text.canvas.delete}
      </Button>
      {error && <ErrorNotice error={error} />}
    </>
  );
}
