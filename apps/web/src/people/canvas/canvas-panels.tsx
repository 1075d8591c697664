import { ExportPanel } from '../export/export-panel.tsx';
import { FindingsPanel } from '../findings/findings-panel.tsx';
import { HistoryPanel } from '../history/history-panel.tsx';
import { RefinePanel } from '../refine/refine-panel.tsx';
import { keepWish } from '../refine/wish.ts';
import { SharePanel } from '../share/share-panel.tsx';
import { VariantsPanel } from '../variants/variants-panel.tsx';
import type { Canvas } from './blocks.ts';
import type { CanvasDocument, DocumentState } from './canvas-document.ts';
import type { CanvasSearch } from './panels.ts';

/** The panel that the address names. All panels are loaded together when the first one is opened. */
export function CanvasPanels({
  search: { panel, block = 'keyPartners', revision, against },
  canvas,
  canvasDocument,
  state,
  show,
  close,
  onPreview,
}: {
  readonly search: CanvasSearch;
  readonly canvas: Canvas;
  readonly canvasDocument: CanvasDocument;
  readonly state: DocumentState;
  readonly show: (next: CanvasSearch) => void;
  readonly close: () => void;
  /** Shows suggested items in their block. */
  readonly onPreview: (items: readonly string[]) => void;
}) {
  switch (panel) {
    case 'refine':
      return (
        <RefinePanel
          canvasId={canvas.id}
          section={block}
          present={state.content[block]}
          canvasDocument={canvasDocument}
          onSection={(section) => show({ panel, block: section })}
          onPreview={onPreview}
          onClose={close}
        />
      );
    case 'history':
      return (
        <HistoryPanel
          canvasId={canvas.id}
          current={state.revision}
          present={state.content}
          selected={revision}
          against={against}
          canvasDocument={canvasDocument}
          onSelect={(chosen, other) =>
            show({
              panel,
              ...(chosen !== undefined && { revision: chosen }),
              ...(other !== undefined && { against: other }),
            })
          }
          onClose={close}
        />
      );
    case 'findings':
      return (
        <FindingsPanel
          canvasId={canvas.id}
          current={state.revision}
          canvasDocument={canvasDocument}
          onFix={(section, finding) => {
            keepWish(canvas.id, finding);
            show({ panel: 'refine', block: section });
          }}
          onClose={close}
        />
      );
    case 'variants':
      return <VariantsPanel canvas={canvas} canvasDocument={canvasDocument} onClose={close} />;
    case 'share':
      return <SharePanel canvasId={canvas.id} onClose={close} />;
    case 'export':
      return <ExportPanel canvasId={canvas.id} canvasDocument={canvasDocument} onClose={close} />;
    default:
      return null;
  }
}
