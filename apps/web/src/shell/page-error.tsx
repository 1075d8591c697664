import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { ApiError } from '@valuecanvas/web-client';
import { ErrorNotice } from '../parts/error-notice.tsx';
import { text } from '../text/en.ts';
import { NotFoundPage } from './not-found-page.tsx';
import { PageHeading } from './page-heading.tsx';
import styles from './shell.module.css';

/** A page that could not be loaded. */
export function PageError({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  if (error instanceof ApiError && error.code === 'NOT_FOUND') return <NotFoundPage />;
  const retry = () => {
    reset();
    void router.invalidate();
  };
  return (
    <div className={styles.page}>
      <PageHeading title={text.errors.notLoaded} />
      <ErrorNotice error={error} retry={retry} />
    </div>
  );
}
