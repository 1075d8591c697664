import { useApi } from '../../api.tsx';
import { shareText } from '../../text/share.en.ts';
import type { CanvasDocument } from '../canvas/canvas-document.ts';
import { SidePanel } from '../canvas/side-panel.tsx';
import { FileLinks } from './file-links.tsx';

/** The files of a canvas. Saves before a download, so that the file has what the page shows. */
export function ExportPanel({
  canvasId,
  canvasDocument,
  onClose,
}: {
  readonly canvasId: string;
  readonly canvasDocument: CanvasDocument;
  readonly onClose: () => void;
}) {
  const { addressOf, tryFile } = useApi();
  const params = { id: canvasId };
  return (
    <SidePanel title={shareText.files.title} onClose={onClose}>
      <FileLinks
        addressOf={(query) => addressOf.exportCanvas({ params, query })}
        tryFile={async (query) => {
          await canvasDocument.saved();
          await tryFile.exportCanvas({ params, query });
        }}
      />
    </SidePanel>
  );
}
