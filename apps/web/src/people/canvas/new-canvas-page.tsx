import { Link, Navigate, useNavigate } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import { useApi } from '../../api.tsx';
import { buttonClass } from '../../parts/button.tsx';
import { text } from '../../text/en.ts';
import { forgetPending, type PendingCanvas, readPending, requestOf } from './pending-canvas.ts';
import type { OpenStream } from './use-generation.ts';
import { Writing } from './writing.tsx';

/** Generates the canvas that was described on the start page, also after a reload. */
export function NewCanvasPage() {
  const [pending] = useState(readPending);
  if (pending.businessDescription.trim() === '') return <Navigate to="/" replace />;
  return <NewCanvas pending={pending} />;
}

function NewCanvas({ pending }: { readonly pending: PendingCanvas }) {
  const api = useApi();
  const navigate = useNavigate();
  const openStream: OpenStream = useCallback(
    (signal) => api.stream.generateCanvas(requestOf(pending), { signal, idempotencyKey: pending.key }),
    [api, pending],
  );
  return (
    <Writing
      fallbackTitle={text.writing.title}
      description={pending.businessDescription}
      openStream={openStream}
      back={
        <Link className={buttonClass()} to="/">
          {text.writing.back}
        </Link>
      }
      onWritten={({ id }) => {
        forgetPending();
        void navigate({ to: '/c/$id', params: { id }, replace: true });
      }}
    />
  );
}
