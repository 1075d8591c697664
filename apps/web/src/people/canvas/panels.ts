import { useNavigate, useSearch } from '@tanstack/react-router';
import { type Section, sections } from './blocks.ts';

/** The panels beside a canvas, as in the address of its page. */
const panels = ['refine', 'history', 'findings', 'variants', 'share', 'export'] as const;
export type Panel = (typeof panels)[number];

export interface CanvasSearch {
  readonly panel?: Panel;
  /** Block that the panel is about. */
  readonly block?: Section;
  /** Revision that is shown, and the one with which it is compared instead of the canvas as it is. */
  readonly revision?: number;
  readonly against?: number;
}

export function readCanvasSearch({
  panel,
  block,
  revision,
  against,
}: Readonly<Record<string, unknown>>): CanvasSearch {
  const knownPanel = panels.find((name) => name === panel);
  const knownBlock = sections.find((name) => name === block);
  return {
    ...(knownPanel && { panel: knownPanel }),
    ...(knownBlock && { block: knownBlock }),
    ...(isOrdinal(revision) && { revision }),
    ...(isOrdinal(against) && { against }),
  };
}

function isOrdinal(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) > 0;
}

/** The panel that is open, and how to open another one. The canvas stays where it is. */
export function usePanel() {
  const search = useSearch({ from: '/signed-in/c/$id' });
  const navigate = useNavigate();
  const show = (next: CanvasSearch) =>
    void navigate({ to: '.', search: next, replace: search.panel !== undefined, resetScroll: false });
  return { search, show, close: () => show({}) };
}
