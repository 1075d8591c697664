import { type ReactNode, useEffect, useRef } from 'react';
import { Button } from '../../parts/button.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { useAnnounce } from '../../shell/announcer.tsx';
import { PageHeading } from '../../shell/page-heading.tsx';
import { text } from '../../text/en.ts';
import { type Blocks, type Canvas, itemCount, nameOf, type Section } from './blocks.ts';
import { WritingSheet } from './canvas-sheet.tsx';
import frame from './frame.module.css';
import { type OpenStream, useGeneration } from './use-generation.ts';
import styles from './writing.module.css';

/** A canvas while a model writes it. `openStream` keeps its identity, because another one starts another generation. */
export function Writing({
  fallbackTitle,
  description,
  openStream,
  back,
  onWritten,
}: {
  /** Heading until the model has written a title. */
  readonly fallbackTitle: string;
  readonly description: string;
  readonly openStream: OpenStream;
  /** Link to the page on which the canvas was asked for. */
  readonly back: ReactNode;
  readonly onWritten: (canvas: Canvas) => void;
}) {
  const announce = useAnnounce();
  const { title, blocks, status, error, canvas, stop, retry } = useGeneration(openStream);
  const isRunning = status === 'running';
  const done = Object.keys(blocks).length;

  useEffect(() => announce(text.writing.announceStart), [announce]);
  useAnnouncedProgress(isRunning ? blocks : {});
  const written = useRef(onWritten);
  useEffect(() => {
    written.current = onWritten;
  });
  useEffect(() => {
    if (!canvas) return;
    announce(text.writing.announceReady(itemCount(canvas)));
    written.current(canvas);
  }, [canvas, announce]);

  return (
    <div className={frame.page}>
      <header className={frame.head}>
        <div>
          <PageHeading title={title ?? fallbackTitle} />
          <p className={styles.description} dir="auto">
            {description}
          </p>
        </div>
        {isRunning && (
          <div className={styles.progress}>
            <span>{done === 0 ? text.writing.waiting : text.writing.progress(done)}</span>
            <Button onClick={stop}>{text.writing.stop}</Button>
          </div>
        )}
      </header>
      {(status === 'failed' || status === 'stopped') && (
        <div className={styles.outcome}>
          {error ? <ErrorNotice error={error} /> : <p>{text.writing.stopped}</p>}
          <div className={styles.actions}>
            <Button look="primary" onClick={retry}>
              {text.errors.tryAgain}
            </Button>
            {back}
          </div>
        </div>
      )}
      <WritingSheet blocks={blocks} isBusy={isRunning} missing={text.writing.notWritten} />
    </div>
  );
}

/** Announcements of blocks are at least this far apart. If several blocks arrive meanwhile, only the last one is said. */
const announceMs = 1_000;

/** Has screen readers say which block was written last. */
function useAnnouncedProgress(blocks: Partial<Blocks>): void {
  const announce = useAnnounce();
  const announcedAt = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    const written = Object.keys(blocks) as Section[];
    const last = written.at(-1);
    if (last === undefined) return;
    const say = () => {
      announcedAt.current = performance.now();
      announce(text.writing.announceBlock(nameOf(last), blocks[last]?.length ?? 0, written.length));
    };
    const timer = setTimeout(say, Math.max(0, announcedAt.current + announceMs - performance.now()));
    return () => clearTimeout(timer);
  }, [blocks, announce]);
}
