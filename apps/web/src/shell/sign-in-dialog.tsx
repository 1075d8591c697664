import { Dialog } from '@base-ui/react/dialog';
import { useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { type Site, siteQuery, useApi } from '../api.tsx';
import { buttonClass } from '../parts/button.tsx';
import styles from '../parts/dialog.module.css';
import { SignInPanel } from '../people/sign-in/sign-in-panel.tsx';
import { text } from '../text/en.ts';

/** Asks a person whose session ended elsewhere to sign in, over the page. The refused requests are then repeated. */
export function SignInDialog() {
  const api = useApi();
  const queries = useQueryClient();
  const userOf = () => queries.getQueryData<Site>(siteQuery(api).queryKey)?.session?.user.id;
  const before = useRef(userOf());
  const proceed = () => {
    // The page shows the data of the first user, and the requests are about them.
    if (userOf() === before.current) api.signInGate.end(true);
    else window.location.assign('/canvases');
  };
  return (
    <Dialog.Root open onOpenChange={(isOpen) => isOpen || api.signInGate.end(false)}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.backdrop} />
        <Dialog.Popup className={styles.popup}>
          <Dialog.Title className={styles.title}>{text.shell.sessionEnded}</Dialog.Title>
          <Dialog.Description className={styles.text}>{text.shell.sessionEndedText}</Dialog.Description>
          <SignInPanel initialMode="signIn" onSignedIn={proceed} />
          <div className={styles.actions}>
            <Dialog.Close className={buttonClass()}>{text.shell.notNow}</Dialog.Close>
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
