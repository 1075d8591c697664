import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { titleOf } from '@valuecanvas/contracts-canvas/title';
import { requestLimits } from '@valuecanvas/web-client';
import { type SubmitEvent, useState } from 'react';
import { queryOf, useApi } from '../../api.tsx';
import { Button } from '../../parts/button.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { text } from '../../text/en.ts';
import { ago } from '../../text/format.ts';
import { panelsText } from '../../text/panels.en.ts';
import type { Canvas } from '../canvas/blocks.ts';
import type { CanvasDocument } from '../canvas/canvas-document.ts';
import { SidePanel } from '../canvas/side-panel.tsx';
import { kindName, startVariant } from './variant-request.ts';
import styles from './variants-panel.module.css';

/** Asks for a variant of a canvas, and lists the variants of it with links that compare them. */
export function VariantsPanel({
  canvas,
  canvasDocument,
  onClose,
}: {
  readonly canvas: Canvas;
  readonly canvasDocument: CanvasDocument;
  readonly onClose: () => void;
}) {
  return (
    <SidePanel title={panelsText.variants.title} onClose={onClose}>
      {canvas.variantOf !== undefined && <Origin canvasId={canvas.id} originId={canvas.variantOf} />}
      <NewVariant canvasId={canvas.id} canvasDocument={canvasDocument} />
      <Variants canvasId={canvas.id} />
    </SidePanel>
  );
}

function Origin({ canvasId, originId }: { readonly canvasId: string; readonly originId: string }) {
  const api = useApi();
  const { data: origin, error } = useQuery(queryOf(api, 'getCanvas', { params: { id: originId } }));
  if (error) return <p className={styles.note}>{panelsText.variants.noOrigin}</p>;
  if (!origin) return null;
  return (
    <div className={styles.origin}>
      <h3 className={styles.heading}>{panelsText.variants.origin}</h3>
      <CanvasLinks canvas={origin} before={originId} after={canvasId} />
    </div>
  );
}

const presets = Object.entries(panelsText.variants.kinds);
const { maxLength } = requestLimits.createVariant.kind;

function NewVariant({
  canvasId,
  canvasDocument,
}: {
  readonly canvasId: string;
  readonly canvasDocument: CanvasDocument;
}) {
  const navigate = useNavigate();
  const { data: variants } = useVariants(canvasId);
  /** A kind, or undefined for own words. */
  const [preset, setPreset] = useState<string | undefined>('lean');
  const [words, setWords] = useState('');
  const kind = preset ?? words.trim();
  const start = useMutation({
    async mutationFn() {
      await canvasDocument.saved();
      const isAnother = variants?.items.some(({ variantKind }) => variantKind === kind) ?? false;
      startVariant({ canvasId, kind, isAnother });
      await navigate({ to: '/c/$id/variant', params: { id: canvasId } });
    },
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!start.isPending && kind !== '') start.mutate();
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <fieldset className={styles.kinds}>
        <legend className={styles.heading}>{text.writing.variant}</legend>
        {presets.map(([name, { name: label, hint }]) => (
          <label key={name} className={styles.kind}>
            <input type="radio" name="kind" checked={preset === name} onChange={() => setPreset(name)} />
            <span>
              {label}
              <span className={styles.hint}>{hint}</span>
            </span>
          </label>
        ))}
        <label className={styles.kind}>
          <input
            type="radio"
            name="kind"
            checked={preset === undefined}
            onChange={() => setPreset(undefined)}
          />
          <span>{panelsText.variants.ownWords}</span>
        </label>
      </fieldset>
      {preset === undefined && (
        <textarea
          className={styles.words}
          aria-label={panelsText.variants.ownWords}
          dir="auto"
          rows={2}
          maxLength={maxLength}
          placeholder={panelsText.variants.ownWordsExample}
          value={words}
          onChange={({ target }) => setWords(target.value)}
        />
      )}
      <div className={styles.send}>
        <Button look="primary" type="submit" disabled={start.isPending || kind === ''}>
          {panelsText.variants.write}
        </Button>
      </div>
      <p className={styles.note}>{panelsText.variants.note}</p>
      {start.error && <ErrorNotice error={start.error} />}
    </form>
  );
}

const pageSize = 50;

function useVariants(canvasId: string) {
  const api = useApi();
  return useQuery(queryOf(api, 'listVariants', { params: { id: canvasId }, query: { limit: pageSize } }));
}

function Variants({ canvasId }: { readonly canvasId: string }) {
  const { data, error, refetch } = useVariants(canvasId);
  if (error) return <ErrorNotice error={error} retry={() => void refetch()} />;
  if (!data) return null;
  return (
    <div className={styles.origin}>
      <h3 className={styles.heading}>{panelsText.variants.list}</h3>
      {data.items.length === 0 && <p className={styles.note}>{panelsText.variants.empty}</p>}
      <ul className={styles.list}>
        {data.items.map((variant) => (
          <li key={variant.id}>
            <CanvasLinks canvas={variant} before={canvasId} after={variant.id} />
          </li>
        ))}
      </ul>
      {data.nextCursor !== null && <p className={styles.note}>{panelsText.variants.latest}</p>}
    </div>
  );
}

/** A link to a canvas, and one that compares two canvases. */
function CanvasLinks({
  canvas,
  before,
  after,
}: {
  readonly canvas: Canvas;
  readonly before: string;
  readonly after: string;
}) {
  const title = titleOf(canvas);
  const facts = [canvas.variantKind === undefined ? '' : kindName(canvas.variantKind), ago(canvas.updatedAt)];
  return (
    <div className={styles.canvas}>
      <Link to="/c/$id" params={{ id: canvas.id }} search={{ panel: 'variants' }} dir="auto">
        {title}
      </Link>
      <span className={styles.facts}>
        <span dir="auto">{facts.filter(Boolean).join(' · ')}</span>
        <Link
          to="/c/$id/compare"
          params={{ id: before }}
          search={{ with: after }}
          aria-label={panelsText.variants.compareWith(title)}
        >
          {text.canvas.compare}
        </Link>
      </span>
    </div>
  );
}
