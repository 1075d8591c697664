import { Link, Navigate, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { Button, buttonClass } from '../../parts/button.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { useAnnounce } from '../../shell/announcer.tsx';
import { text } from '../../text/en.ts';
import { type Blocks, itemCount, nameOf, type Section } from './blocks.ts';
import { WritingSheet } from './canvas-sheet.tsx';
import frame from './frame.module.css';
import styles from './new-canvas-page.module.css';
import { forgetPending, type PendingCanvas, readPending } from './pending-canvas.ts';
import { useGeneration } from './use-generation.ts';

/** Generates the canvas that was described on the start page, also after a reload. */
export function NewCanvasPage() {
  const [pending] = useState(readPending);
  if (pending.businessDescription.trim() === '') return <Navigate to="/" replace />;
  return <Writing pending={pending} />;
}

function Writing({ pending }: { readonly pending: PendingCanvas }) {
  const navigate = useNavigate();
  const announce = useAnnounce();
  const { title, blocks, status, error, canvas, stop, retry } = useGeneration(pending);
  const isRunning = status === 'running';
  const done = Object.keys(blocks).length;

  useEffect(() => announce(text.writing.announceStart), [announce]);
  useAnnouncedProgress(isRunning ? blocks : {});
  useEffect(() => {
    if (!canvas) return;
    forgetPending();
    announce(text.writing.announceReady(itemCount(canvas)));
    void navigate({ to: '/c/$id', params: { id: canvas.id }, replace: true });
  }, [canvas, announce, navigate]);

  return (
    <div className={frame.page}>
      <header className={frame.head}>
        <div>
          <h1 dir="auto">{title ?? text.writing.title}</h1>
          <p className={styles.description} dir="auto">
            {pending.businessDescription}
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
            <Link className={buttonClass()} to="/">
              {text.writing.back}
            </Link>
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
