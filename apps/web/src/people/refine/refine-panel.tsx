import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { requestLimits } from '@valuecanvas/web-client';
import { type SubmitEvent, useEffect, useId, useRef, useState } from 'react';
import { queryOf, useApi } from '../../api.tsx';
import { Button } from '../../parts/button.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { useAnnounce } from '../../shell/announcer.tsx';
import { useToast } from '../../shell/toasts.tsx';
import { text } from '../../text/en.ts';
import { dollars } from '../../text/format.ts';
import { panelsText } from '../../text/panels.en.ts';
import { AnswerLine } from '../canvas/answer-line.tsx';
import { nameOf, type Section, sections } from '../canvas/blocks.ts';
import type { CanvasDocument } from '../canvas/canvas-document.ts';
import { SidePanel } from '../canvas/side-panel.tsx';
import styles from './refine-panel.module.css';
import { forgetWish, keepWish, readWish } from './wish.ts';

const { maxItems } = requestLimits.updateCanvas.channels;

/** Asks a model for items of one block. The chosen ones are added, or replace the block if the person asks for that. */
export function RefinePanel({
  canvasId,
  section,
  present,
  canvasDocument,
  onSection,
  onPreview,
  onClose,
}: {
  readonly canvasId: string;
  readonly section: Section;
  /** Items of the block. */
  readonly present: readonly string[];
  readonly canvasDocument: CanvasDocument;
  readonly onSection: (section: Section) => void;
  /** Shows the chosen items in the block. */
  readonly onPreview: (items: readonly string[]) => void;
  readonly onClose: () => void;
}) {
  const api = useApi();
  const queries = useQueryClient();
  const announce = useAnnounce();
  const toast = useToast();
  const id = useId();
  const askButton = useRef<HTMLButtonElement>(null);
  const [wish, setWish] = useState(() => readWish(canvasId));
  useEffect(() => {
    keepWish(canvasId, wish);
    return () => forgetWish(canvasId);
  }, [canvasId, wish]);
  const [open, setOpen] = useState<readonly string[]>([]);
  const [chosen, setChosen] = useState<readonly string[]>([]);

  const ask = useMutation({
    async mutationFn({ isAgain }: { readonly isAgain: boolean }) {
      await canvasDocument.saved();
      return api.call.refineSection({
        params: { id: canvasId },
        body: { section, ...(wish.trim() !== '' && { context: wish }) },
        ...(isAgain && { headers: { 'cache-control': 'no-cache' } }),
      });
    },
    onSuccess({ section: answered, suggestions }) {
      const items = canvasDocument.getState().content[answered];
      const fresh = [...new Set(suggestions)].filter((item) => !items.includes(item));
      setOpen(fresh);
      setChosen(fresh);
      announce(panelsText.refine.arrived(fresh.length, nameOf(answered)));
      void queries.invalidateQueries({ queryKey: ['getOwnUsage'] });
    },
  });
  const take = useMutation({
    mutationFn: async (mode: 'append' | 'replace') => {
      const params = { id: canvasId };
      const suggestions = [...chosen];
      const key = crypto.randomUUID();
      const undo = await canvasDocument.perform(async (revision) => {
        // Another revision makes another request, which needs a key of its own.
        const canvas = await api.call.applySuggestions(
          { params, body: { section, suggestions, mode, revision } },
          { idempotencyKey: `${key}-${revision}` },
        );
        queries.setQueryData(queryOf(api, 'getCanvas', { params }).queryKey, canvas);
        return canvas;
      });
      return { undo, suggestions };
    },
    onSuccess({ undo, suggestions }) {
      setOpen((before) => before.filter((item) => !suggestions.includes(item)));
      setChosen([]);
      // The button that was pressed can disappear.
      askButton.current?.focus();
      toast({
        title: panelsText.refine.taken(suggestions.length, nameOf(section)),
        action: { label: text.canvas.undo, run: undo },
      });
    },
  });

  /** The answer, unless another block was chosen since. */
  const result = ask.data?.section === section ? ask.data : undefined;
  const isAnswered = result !== undefined;
  useEffect(() => {
    onPreview(isAnswered ? chosen : []);
    return () => onPreview([]);
  }, [isAnswered, chosen, onPreview]);

  const isBusy = ask.isPending || take.isPending;
  const isTooMany = present.length + chosen.length > maxItems;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    // A disabled button would lose the focus.
    if (!isBusy) ask.mutate({ isAgain: isAnswered });
  };
  const toggle = (item: string) =>
    setChosen((before) => (before.includes(item) ? before.filter((one) => one !== item) : [...before, item]));

  return (
    <SidePanel title={panelsText.refine.title(nameOf(section))} onClose={onClose}>
      <form className={styles.form} onSubmit={submit}>
        <label className={styles.label} htmlFor={`${id}-block`}>
          {panelsText.refine.block}
        </label>
        <select
          id={`${id}-block`}
          className={styles.field}
          value={section}
          disabled={isBusy}
          onChange={({ target }) => onSection(target.value as Section)}
        >
          {sections.map((name) => (
            <option key={name} value={name}>
              {nameOf(name)}
            </option>
          ))}
        </select>
        <label className={styles.label} htmlFor={`${id}-wish`}>
          {panelsText.refine.wish}
        </label>
        <textarea
          id={`${id}-wish`}
          className={`${styles.field} ${styles.wish}`}
          dir="auto"
          rows={2}
          maxLength={requestLimits.refineSection.context.maxLength}
          placeholder={panelsText.refine.wishExample}
          value={wish}
          onChange={({ target }) => setWish(target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey))
              event.currentTarget.form?.requestSubmit();
          }}
        />
        <div className={styles.actions}>
          <Button
            ref={askButton}
            look={isAnswered && open.length > 0 ? 'secondary' : 'primary'}
            type="submit"
            aria-disabled={isBusy || undefined}
          >
            {ask.isPending
              ? panelsText.refine.asking
              : result
                ? panelsText.refine.again
                : panelsText.refine.ask}
          </Button>
          <Left />
        </div>
      </form>
      {ask.error && <ErrorNotice error={ask.error} retry={() => ask.mutate({ isAgain: false })} />}
      {take.error && <ErrorNotice error={take.error} />}
      {result && (
        <div className={styles.result} aria-busy={ask.isPending || undefined}>
          {open.length === 0 && <p className={styles.note}>{panelsText.refine.none}</p>}
          {open.length > 0 && (
            <fieldset className={styles.list}>
              <legend className={styles.label}>{panelsText.refine.choose}</legend>
              {open.map((item) => (
                <label key={item} className={styles.suggestion}>
                  <input type="checkbox" checked={chosen.includes(item)} onChange={() => toggle(item)} />
                  <span dir="auto">{item}</span>
                </label>
              ))}
            </fieldset>
          )}
          {open.length > 0 && (
            <div className={styles.actions}>
              <Button
                look="primary"
                aria-disabled={isBusy || chosen.length === 0 || isTooMany || undefined}
                onClick={() => isBusy || chosen.length === 0 || isTooMany || take.mutate('append')}
              >
                {panelsText.refine.add(chosen.length)}
              </Button>
              {present.length > 0 && (
                <Button
                  aria-disabled={isBusy || chosen.length === 0 || undefined}
                  onClick={() => isBusy || chosen.length === 0 || take.mutate('replace')}
                >
                  {panelsText.refine.replace(present.length, chosen.length)}
                </Button>
              )}
            </div>
          )}
          {isTooMany && <p className={styles.note}>{text.canvas.full}</p>}
          {result.reasoning && (
            <details className={styles.reasoning}>
              <summary>{panelsText.refine.reasoning}</summary>
              <p dir="auto">{result.reasoning}</p>
            </details>
          )}
          <AnswerLine key={result.executionId} facts={result} />
        </div>
      )}
    </SidePanel>
  );
}

/** The rest of the user's budget today. */
function Left() {
  const api = useApi();
  const { data: usage } = useQuery(queryOf(api, 'getOwnUsage', { query: {} }));
  if (!usage) return null;
  const { spent, limit } = usage.budget.day;
  return <span className={styles.note}>{panelsText.refine.left(dollars(Math.max(0, limit - spent)))}</span>;
}
