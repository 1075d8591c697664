import { useQueryClient } from '@tanstack/react-query';
import { Link, Navigate, useNavigate, useParams } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import { useApi } from '../../api.tsx';
import { buttonClass } from '../../parts/button.tsx';
import { text } from '../../text/en.ts';
import { panelsText } from '../../text/panels.en.ts';
import type { OpenStream } from '../canvas/use-generation.ts';
import { Writing } from '../canvas/writing.tsx';
import { forgetVariant, kindName, readVariant, type VariantRequest } from './variant-request.ts';

/** Writes the variant that was asked for in the panel of a canvas, also after a reload. */
export function VariantPage() {
  const { id } = useParams({ from: '/signed-in/c/$id/variant' });
  const [request] = useState(() => readVariant(id));
  if (!request) return <Navigate to="/c/$id" params={{ id }} search={{ panel: 'variants' }} replace />;
  return <NewVariant request={request} />;
}

function NewVariant({ request }: { readonly request: VariantRequest }) {
  const api = useApi();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const openStream: OpenStream = useCallback(
    (signal) =>
      api.stream.createVariant(
        {
          params: { id: request.canvasId },
          body: { kind: request.kind },
          ...(request.isAnother && { headers: { 'cache-control': 'no-cache' } }),
        },
        { signal, idempotencyKey: request.key },
      ),
    [api, request],
  );
  return (
    <Writing
      fallbackTitle={text.writing.variant}
      description={kindName(request.kind)}
      openStream={openStream}
      back={
        <Link
          className={buttonClass()}
          to="/c/$id"
          params={{ id: request.canvasId }}
          search={{ panel: 'variants' }}
        >
          {panelsText.variants.back}
        </Link>
      }
      onWritten={({ id }) => {
        forgetVariant();
        void queries.invalidateQueries({ queryKey: ['listVariants'] });
        void navigate({ to: '/c/$id', params: { id }, search: { panel: 'variants' }, replace: true });
      }}
    />
  );
}
