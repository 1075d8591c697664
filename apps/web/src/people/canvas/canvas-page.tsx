import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { titleOf } from '@valuecanvas/contracts-canvas/title';
import { type InputOf, requestLimits } from '@valuecanvas/web-client';
import { Suspense, useEffect, useState, useSyncExternalStore } from 'react';
import { queryOf, useApi } from '../../api.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { lazyPart } from '../../parts/lazy-part.ts';
import { useIsOffline } from '../../shell/notices.tsx';
import { PageHeading } from '../../shell/page-heading.tsx';
import { text } from '../../text/en.ts';
import { type AnswerFacts, answerKey } from './answer.ts';
import type { Canvas } from './blocks.ts';
import { type CanvasDocument, createCanvasDocument, type DocumentState } from './canvas-document.ts';
import styles from './canvas-page.module.css';
import { CanvasFrame } from './canvas-sheet.tsx';
import { localDrafts } from './drafts.ts';
import { EditableBlock } from './editable-block.tsx';
import { EditableText } from './editable-text.tsx';
import frame from './frame.module.css';
import { usePanel } from './panels.ts';

const AnswerLine = lazyPart(async () => (await import('./answer-line.tsx')).AnswerLine);
const CanvasActions = lazyPart(async () => (await import('./canvas-actions.tsx')).CanvasActions);
const CanvasPanels = lazyPart(async () => (await import('./canvas-panels.tsx')).CanvasPanels);
const HistorySheet = lazyPart(async () => (await import('../history/history-sheet.tsx')).HistorySheet);
const WordsElsewhere = lazyPart(async () => (await import('./conflicts.tsx')).WordsElsewhere);

const none: readonly string[] = [];

const limits = requestLimits.updateCanvas;

/** A canvas to edit. */
export function CanvasPage() {
  const api = useApi();
  const { id } = useParams({ from: '/signed-in/c/$id' });
  const { data: canvas } = useQuery(queryOf(api, 'getCanvas', { params: { id } }));
  return canvas && <CanvasEditor key={id} canvas={canvas} />;
}

function CanvasEditor({ canvas }: { readonly canvas: Canvas }) {
  const { canvasDocument, state } = useCanvasDocument(canvas);
  const queries = useQueryClient();
  const { search, show, close } = usePanel();
  const { panel, block = 'keyPartners', revision, against } = search;
  const isHistory = panel === 'history';
  const [suggested, setSuggested] = useState<readonly string[]>([]);
  const editing = { words: state.content, canvasDocument };
  const answer = queries.getQueryData<AnswerFacts>(answerKey(canvas.id));
  return (
    <div className={frame.page}>
      <header className={frame.head}>
        <div className={styles.heading}>
          <PageHeading title={titleOf(state.content)}>
            <EditableText name="title" {...editing} maxLength={limits.title.maxLength}>
              {titleOf(state.content)}
            </EditableText>
          </PageHeading>
          <div className={styles.facts}>
            <EditableText name="industry" {...editing} maxLength={limits.industry.maxLength}>
              {state.content.industry || text.canvas.addIndustry}
            </EditableText>
            <span aria-hidden="true">·</span>
            <EditableText name="targetMarket" {...editing} maxLength={limits.targetMarket.maxLength}>
              {state.content.targetMarket || text.canvas.addTargetMarket}
            </EditableText>
          </div>
          <p className={styles.facts}>
            <SaveStatus state={state} />
            <span>{text.canvas.revision(state.revision)}</span>
            <span>{text.canvas.hint}</span>
          </p>
        </div>
        <div className={styles.actions}>
          <Suspense>
            <CanvasActions
              canvas={canvas}
              canvasDocument={canvasDocument}
              state={state}
              panel={panel}
              show={show}
            />
          </Suspense>
        </div>
      </header>
      {state.error && <ErrorNotice error={state.error} retry={() => void canvasDocument.flush()} />}
      <Suspense>
        {Object.keys(state.wordsElsewhere).length > 0 && (
          <WordsElsewhere words={state.wordsElsewhere} canvasDocument={canvasDocument} />
        )}
      </Suspense>
      <div className={panel ? styles.withPanel : ''}>
        {isHistory && revision !== undefined ? (
          <Suspense>
            <HistorySheet
              canvasId={canvas.id}
              revision={revision}
              against={against}
              present={state.content}
            />
          </Suspense>
        ) : (
          <CanvasFrame tall>
            {(section) => (
              <EditableBlock
                key={section}
                section={section}
                items={state.content[section]}
                conflict={state.conflicts[section]}
                suggested={panel === 'refine' && section === block ? suggested : none}
                canvasDocument={canvasDocument}
                onSuggest={() => show({ panel: 'refine', block: section })}
              />
            )}
          </CanvasFrame>
        )}
        <Suspense>
          {panel && (
            <CanvasPanels
              search={search}
              canvas={canvas}
              canvasDocument={canvasDocument}
              state={state}
              show={show}
              close={close}
              onPreview={setSuggested}
            />
          )}
        </Suspense>
      </div>
      <Suspense>{answer && <AnswerLine facts={answer} />}</Suspense>
      <details className={styles.about}>
        <summary>{text.canvas.about}</summary>
        <EditableText
          name="businessDescription"
          {...editing}
          maxLength={limits.businessDescription.maxLength}
          isLong
        >
          {state.content.businessDescription}
        </EditableText>
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
        const answer = await api.call.updateCanvas({
          params,
          body: { revision, ...changed } as InputOf<'updateCanvas'>['body'],
        });
        queries.setQueryData(queryOf(api, 'getCanvas', { params }).queryKey, answer);
        void queries.invalidateQueries({ queryKey: ['listCanvases'] });
        return answer;
      },
    });
  });
  const state = useSyncExternalStore(canvasDocument.subscribe, canvasDocument.getState);
  const isOffline = useIsOffline();
  useEffect(() => {
    if (!isOffline) void canvasDocument.flush();
  }, [isOffline, canvasDocument]);
  useEffect(() => {
    const saveWhenHidden = () => {
      if (document.visibilityState === 'hidden') void canvasDocument.flush();
    };
    document.addEventListener('visibilitychange', saveWhenHidden);
    return () => {
      document.removeEventListener('visibilitychange', saveWhenHidden);
      void canvasDocument.flush();
    };
  }, [canvasDocument]);
  return { canvasDocument, state };
}

function SaveStatus({ state: { saving, wasMerged } }: { readonly state: DocumentState }) {
  return (
    <span role="status" className={saving === 'failed' ? styles.failed : ''}>
      {wasMerged && saving === 'saved' ? text.canvas.merged : text.canvas[saving]}
    </span>
  );
}
