import { useLoaderData, useParams } from '@tanstack/react-router';
import { titleOf } from '@valuecanvas/contracts-canvas/title';
import { ApiError } from '@valuecanvas/web-client';
import { type Api, useApi } from '../../api.tsx';
import { PageHeading } from '../../shell/page-heading.tsx';
import shell from '../../shell/shell.module.css';
import { dateOf } from '../../text/format.ts';
import { shareText } from '../../text/share.en.ts';
import { CanvasSheet } from '../canvas/canvas-sheet.tsx';
import frame from '../canvas/frame.module.css';
import { FileLinks } from '../export/file-links.tsx';
import styles from './shared-page.module.css';

/** Reads the canvas of a link. Returns undefined if the link does not work, for any reason that lies in the link. */
export async function readShared({ call }: Api, token: string) {
  try {
    return await call.getSharedCanvas({ params: { token } });
  } catch (error) {
    const isGone =
      error instanceof ApiError && (error.code === 'NOT_FOUND' || error.code === 'VALIDATION_FAILED');
    if (isGone) return undefined;
    throw error;
  }
}

/** A canvas as its link shows it, to read and to download. */
export function SharedPage() {
  const api = useApi();
  const { token } = useParams({ from: '/s/$token' });
  const params = { token };
  const canvas = useLoaderData({ from: '/s/$token' });
  if (!canvas) return <BrokenLink />;
  const { industry, targetMarket, updatedAt, businessDescription } = canvas;
  return (
    <div className={frame.page}>
      <header className={styles.head}>
        <PageHeading title={titleOf(canvas)} />
        <p className={styles.facts}>
          {[industry, targetMarket].filter(Boolean).map((words) => (
            <span key={words} dir="auto">
              {words}
            </span>
          ))}
          <time dateTime={updatedAt}>{shareText.shared.changed(dateOf(updatedAt))}</time>
          <span>{shareText.shared.viewOnly}</span>
        </p>
      </header>
      <CanvasSheet blocks={canvas} tall />
      <section className={styles.about} aria-labelledby="about">
        <h2 id="about">{shareText.shared.about}</h2>
        <p dir="auto">{businessDescription}</p>
      </section>
      <section className={styles.download} aria-labelledby="download">
        <h2 id="download">{shareText.shared.download}</h2>
        <FileLinks
          addressOf={(query) => api.addressOf.exportSharedCanvas({ params, query })}
          tryFile={(query) => api.tryFile.exportSharedCanvas({ params, query })}
        />
      </section>
    </div>
  );
}

function BrokenLink() {
  return (
    <div className={shell.page}>
      <PageHeading title={shareText.shared.goneTitle} />
      <p>{shareText.shared.gone}</p>
    </div>
  );
}
