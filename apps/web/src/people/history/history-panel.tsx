import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type KeyboardEvent, useRef } from 'react';
import { queryOf, useApi } from '../../api.tsx';
import { Button } from '../../parts/button.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { useToast } from '../../shell/toasts.tsx';
import { text } from '../../text/en.ts';
import { dayOf, timeOf } from '../../text/format.ts';
import { panelsText } from '../../text/panels.en.ts';
import { type Content, contentOf, isSame, nameOf, sections, wordNames } from '../canvas/blocks.ts';
import type { CanvasDocument } from '../canvas/canvas-document.ts';
import { SidePanel } from '../canvas/side-panel.tsx';
import styles from './history.module.css';

/** The revisions of a canvas by day. The chosen one is shown in place of the canvas, with its differences. */
export function HistoryPanel({
  canvasId,
  current,
  present,
  selected,
  against,
  canvasDocument,
  onSelect,
  onClose,
}: {
  readonly canvasId: string;
  readonly current: number;
  /** The canvas as it is. */
  readonly present: Content;
  readonly selected: number | undefined;
  readonly against: number | undefined;
  readonly canvasDocument: CanvasDocument;
  readonly onSelect: (revision: number | undefined, against?: number) => void;
  readonly onClose: () => void;
}) {
  const api = useApi();
  const queries = useQueryClient();
  const toast = useToast();
  const list = useRef<HTMLOListElement>(null);
  const params = { id: canvasId };
  // A new revision makes another list.
  const {
    data: revisions,
    error,
    refetch,
  } = useQuery({
    ...queryOf(api, 'listRevisions', { params }),
    queryKey: ['listRevisions', canvasId, current],
    placeholderData: (before) => before,
  });
  const { data: chosen } = useQuery({
    ...queryOf(api, 'getRevision', { params: { id: canvasId, n: selected ?? current } }),
    enabled: selected !== undefined,
  });
  const changes = chosen && namesOfChanges(present, contentOf(chosen));
  const restore = useMutation({
    async mutationFn(revision: number) {
      const undo = await canvasDocument.perform(async () => {
        const canvas = await api.call.restoreRevision({ params: { id: canvasId, n: revision } });
        queries.setQueryData(queryOf(api, 'getCanvas', { params }).queryKey, canvas);
        return canvas;
      });
      return { revision, undo };
    },
    onSuccess({ revision, undo }) {
      leave(revision);
      toast({ title: panelsText.history.restored(revision), action: { label: text.canvas.undo, run: undo } });
    },
  });
  /** Returns to the canvas. The buttons about the revision disappear, so the focus goes to its place in the list. */
  const leave = (revision: number) => {
    list.current?.querySelector<HTMLElement>(`[data-revision="${revision}"]`)?.focus();
    onSelect(undefined);
  };
  /** `j` and `k` step through the list, like the arrow keys. */
  const step = (event: KeyboardEvent) => {
    const direction = ['j', 'ArrowDown'].includes(event.key)
      ? 1
      : ['k', 'ArrowUp'].includes(event.key)
        ? -1
        : 0;
    if (direction === 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const buttons = [...(list.current?.querySelectorAll<HTMLButtonElement>('[data-revision]') ?? [])];
    const next = buttons[buttons.findIndex((button) => button.matches(':focus')) + direction];
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.click();
  };
  // A disabled button would lose the focus.
  const canRestore = !restore.isPending && selected !== current && changes?.length !== 0;
  const days = Map.groupBy(revisions ?? [], ({ createdAt }) => dayOf(createdAt));
  return (
    <SidePanel title={text.canvas.history} onClose={onClose}>
      {error && <ErrorNotice error={error} retry={() => void refetch()} />}
      {revisions?.length === 1 && <p className={styles.note}>{panelsText.history.empty}</p>}
      {selected !== undefined && (
        <div className={styles.selected}>
          <p className={styles.note}>
            {panelsText.history.legend}{' '}
            <ins className={styles.added}>{panelsText.history.onlyHere(selected)}</ins>{' '}
            <del className={styles.removed}>{panelsText.history.onlyThere(against)}</del>
          </p>
          <label className={styles.against}>
            {panelsText.history.against}
            <select
              value={against ?? ''}
              onChange={({ target }) =>
                onSelect(selected, target.value === '' ? undefined : Number(target.value))
              }
            >
              <option value="">{panelsText.history.present}</option>
              {revisions
                ?.filter(({ revision }) => revision !== selected)
                .map(({ revision }) => (
                  <option key={revision} value={revision}>
                    {text.canvas.revision(revision)}
                  </option>
                ))}
            </select>
          </label>
          {changes && <p>{panelsText.history.effect(changes)}</p>}
          {restore.error && <ErrorNotice error={restore.error} />}
          <div className={styles.actions}>
            <Button
              look="primary"
              aria-disabled={!canRestore || undefined}
              onClick={() => canRestore && restore.mutate(selected)}
            >
              {panelsText.history.restore}
            </Button>
            <Button onClick={() => leave(selected)}>{panelsText.history.back}</Button>
          </div>
        </div>
      )}
      <ol className={styles.days} ref={list} onKeyDown={step}>
        {[...days].map(([day, entries]) => (
          <li key={day}>
            <h3 className={styles.day}>{day}</h3>
            <ol>
              {entries.map(({ revision, createdAt, source, changed }) => (
                <li key={revision}>
                  <button
                    type="button"
                    data-revision={revision}
                    className={styles.revision}
                    aria-current={revision === selected || undefined}
                    onClick={() => onSelect(revision)}
                  >
                    <span className={styles.facts}>
                      <span>{panelsText.history.sources[source]}</span>
                      <span className={styles.time}>
                        {revision === current ? panelsText.history.current : text.canvas.revision(revision)} ·{' '}
                        {timeOf(createdAt)}
                      </span>
                    </span>
                    {source !== 'generate' && changed.length > 0 && (
                      <span className={styles.changed}>{changed.map(nameOf).join(', ')}</span>
                    )}
                  </button>
                </li>
              ))}
            </ol>
          </li>
        ))}
      </ol>
    </SidePanel>
  );
}

/** The names of what differs between two states of a canvas. */
function namesOfChanges(before: Content, after: Content): readonly string[] {
  return [
    ...wordNames.filter((name) => before[name] !== after[name]).map((name) => text.canvas.words[name]),
    ...sections.filter((section) => !isSame(before[section], after[section])).map(nameOf),
  ];
}
