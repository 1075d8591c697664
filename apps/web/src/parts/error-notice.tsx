import { ApiError } from '@valuecanvas/web-client';
import { text } from '../text/en.ts';
import { Button } from './button.tsx';
import styles from './notice.module.css';

/** A failure in the words of the platform, with the request id, and a button to repeat what failed if that can help. */
export function ErrorNotice({
  error,
  retry,
}: {
  readonly error: unknown;
  readonly retry?: (() => void) | undefined;
}) {
  const known = error instanceof ApiError ? error : undefined;
  const upgradeUrl = known?.facts.upgradeUrl;
  return (
    <div className={styles.notice} role="alert">
      <strong className={styles.title}>{known?.title ?? text.errors.unexpectedTitle}</strong>
      <span>{known?.message ?? text.errors.unexpected}</span>
      {known?.retryAfter !== undefined && <span>{text.errors.retryIn(known.retryAfter)}</span>}
      {typeof upgradeUrl === 'string' && <a href={upgradeUrl}>{text.errors.limits}</a>}
      {retry && known?.retryHelps !== false && (
        <Button look="link" onClick={retry}>
          {text.errors.tryAgain}
        </Button>
      )}
      {known?.requestId && (
        <span className={styles.request}>
          {text.errors.request} {known.requestId}
        </span>
      )}
    </div>
  );
}
