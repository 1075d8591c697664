import { Toast } from '@base-ui/react/toast';
import { X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { text } from '../text/en.ts';
import { buttonClass } from './button.tsx';
import styles from './toaster.module.css';

/** A message about something that has just happened, with a button to undo it or to go on. */
export interface ToastMessage {
  readonly title: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}

const visibleMs = 10_000;

/** Shows each toast once, in the order in which they arrive. F6 moves the focus to them. */
export function Toaster({ toasts }: { readonly toasts: readonly ToastMessage[] }) {
  return (
    <Toast.Provider timeout={visibleMs}>
      <Toast.Portal>
        <Toast.Viewport className={styles.viewport} aria-label={text.shell.messages}>
          <ToastList toasts={toasts} />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function ToastList({ toasts }: { readonly toasts: readonly ToastMessage[] }) {
  const { toasts: visible, add, close } = Toast.useToastManager();
  const shown = useRef(0);
  useEffect(() => {
    for (const { title, action } of toasts.slice(shown.current)) {
      const id = add({
        title,
        ...(action && {
          actionProps: {
            children: action.label,
            onClick() {
              close(id);
              action.run();
            },
          },
        }),
      });
    }
    shown.current = toasts.length;
  }, [toasts, add, close]);
  return visible.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className={styles.toast} swipeDirection={['down', 'right']}>
      <Toast.Content className={styles.content}>
        <Toast.Title className={styles.title} render={<p />} dir="auto" />
        <Toast.Action className={`${buttonClass('link')} ${styles.action}`} />
        {/* Base UI hides it from screen readers while the pointer is elsewhere, because toasts can be stacked. Ours are not. */}
        <Toast.Close className={styles.close} aria-label={text.shell.dismiss} aria-hidden={false}>
          <X size={16} aria-hidden="true" />
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ));
}
