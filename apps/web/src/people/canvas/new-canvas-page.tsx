import { Link, Navigate, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { Button, buttonClass } from '../../parts/button.tsx';
import { ErrorNotice } from '../../parts/error-notice.tsx';
import { useAnnounce } from '../../shell/announcer.tsx';
import { text } from '../../text/en.ts';
import { itemCount } from './blocks.ts';
import { WritingSheet } from './canvas-sheet.tsx';
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
  const { blocks, status, error, canvas, stop, retry } = useGeneration(pending);
  const isRunning = status === 'running';

  useEffect(() => announce(text.writing.announceStart), [announce]);
  useEffect(() => {
    if (!canvas) return;
    forgetPending();
    announce(text.writing.announceReady(itemCount(canvas)));
    void navigate({ to: '/c/$id', params: { id: canvas.id }, replace: true });
  }, [canvas, announce, navigate]);

  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <div>
          <h1>{text.writing.title}</h1>
          <p className={styles.description} dir="auto">
            {pending.businessDescription}
          </p>
        </div>
        {isRunning && (
          <div className={styles.progress}>
            <span>{text.writing.waiting}</span>
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
