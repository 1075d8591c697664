import { Suspense, useEffect, useState, useSyncExternalStore } from 'react';
import { useApi } from '../api.tsx';
import { Button } from '../parts/button.tsx';
import { lazyPart } from '../parts/lazy-part.ts';
import { text } from '../text/en.ts';
import styles from './shell.module.css';

const SignInDialog = lazyPart(async () => (await import('./sign-in-dialog.tsx')).SignInDialog);

/** Returns true while the platform cannot be reached. */
export function useIsOffline(): boolean {
  const { connection } = useApi();
  return useSyncExternalStore(connection.subscribe, connection.isLost);
}

/** Pause between checks of the connection while the page sends no other request. */
const quietMs = 15_000;

/** Checks the connection while the page is visible. What the browser says about its network is only a reason to check at once. */
function useConnectionChecks(): void {
  const { connection } = useApi();
  useEffect(() => {
    const checkAfter = (pauseMs: number) => () => {
      if (document.visibilityState === 'visible') connection.check(pauseMs);
    };
    const check = checkAfter(0);
    const timer = setInterval(checkAfter(quietMs), quietMs);
    window.addEventListener('online', check);
    window.addEventListener('offline', check);
    document.addEventListener('visibilitychange', check);
    return () => {
      clearInterval(timer);
      window.removeEventListener('online', check);
      window.removeEventListener('offline', check);
      document.removeEventListener('visibilitychange', check);
    };
  }, [connection]);
}

/** States of the whole page: no connection, an ended session, and a new version. */
export function Notices() {
  const { signInGate } = useApi();
  const isSignedOut = useSyncExternalStore(signInGate.subscribe, signInGate.isOpen);
  const isOffline = useIsOffline();
  const hasNewVersion = useNewVersion();
  useConnectionChecks();
  return (
    <>
      <div role="status">
        {isOffline && <p className={styles.notice}>{text.shell.offline}</p>}
        {hasNewVersion && !isOffline && (
          <p className={styles.notice}>
            {text.shell.newVersion}{' '}
            <Button look="link" onClick={() => window.location.reload()}>
              {text.shell.reload}
            </Button>
          </p>
        )}
      </div>
      <Suspense>{isSignedOut && <SignInDialog />}</Suspense>
    </>
  );
}

const versionMs = 5 * 60_000;

/** Compares the version of the gateway every few minutes, while the page is visible. */
function useNewVersion(): boolean {
  const { call } = useApi();
  const [isNew, setNew] = useState(false);
  useEffect(() => {
    let first: string | undefined;
    const compare = async () => {
      if (document.visibilityState !== 'visible') return;
      const answer = await call.getVersion({}).catch(() => undefined);
      first ??= answer?.version;
      if (answer && answer.version !== first) setNew(true);
    };
    // The first load of the page asks for nothing that it does not need.
    const soon = setTimeout(() => void compare(), 15_000);
    const timer = setInterval(() => void compare(), versionMs);
    return () => {
      clearTimeout(soon);
      clearInterval(timer);
    };
  }, [call]);
  return isNew;
}
