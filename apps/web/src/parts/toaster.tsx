import { X } from 'lucide-react';
import { type FocusEvent, useEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { useAnnounce } from '../shell/announcer.tsx';
import { text } from '../text/en.ts';
import { Button } from './button.tsx';
import styles from './toaster.module.css';

/** A message about something that has just happened, with a button to undo it or to go on. */
export interface ToastMessage {
  readonly title: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}

const visibleMs = 10_000;
const visibleCount = 3;

/**
 * Shows each toast for 10 s, and the latest three together. They stay while the pointer or the focus is on them, and while the
 * page is hidden. F6 moves the focus to them and back.
 *
 * Written here because the component of Base UI is 6 kB, which a canvas cannot afford.
 */
export function Toaster({ toasts }: { readonly toasts: readonly ToastMessage[] }) {
  const [closed, setClosed] = useState<ReadonlySet<ToastMessage>>(new Set());
  const [isHovered, setHovered] = useState(false);
  const { region, isFocused, leave, focus } = useRegionFocus();
  const isHidden = usePageHidden();
  const open = toasts.filter((toast) => !closed.has(toast));
  const close = (toast: ToastMessage) => {
    if (region.current?.contains(document.activeElement)) {
      if (open.length > 1) region.current.focus();
      else leave();
    }
    if (open.length === 1) setHovered(false);
    setClosed((before) => new Set([...before, toast]));
  };
  return createPortal(
    <section
      ref={region}
      className={styles.viewport}
      aria-label={text.shell.messages}
      tabIndex={-1}
      onPointerEnter={() => setHovered(true)}
      onPointerLeave={() => setHovered(false)}
      {...focus}
    >
      {open.slice(-visibleCount).map((toast) => (
        <Toast
          key={toasts.indexOf(toast)}
          toast={toast}
          isHeld={isHovered || isFocused || isHidden}
          onClose={() => close(toast)}
        />
      ))}
    </section>,
    document.body,
  );
}

function Toast({
  toast: { title, action },
  isHeld,
  onClose,
}: {
  readonly toast: ToastMessage;
  readonly isHeld: boolean;
  readonly onClose: () => void;
}) {
  const announce = useAnnounce();
  const latestClose = useRef(onClose);
  useEffect(() => {
    latestClose.current = onClose;
  });
  useEffect(() => announce(title), [announce, title]);
  useEffect(() => {
    if (isHeld) return undefined;
    const timer = setTimeout(() => latestClose.current(), visibleMs);
    return () => clearTimeout(timer);
  }, [isHeld]);
  return (
    <div className={styles.toast}>
      <p className={styles.title} dir="auto">
        {title}
      </p>
      {action && (
        <Button
          look="link"
          className={styles.action ?? ''}
          onClick={() => {
            onClose();
            action.run();
          }}
        >
          {action.label}
        </Button>
      )}
      <button type="button" className={styles.close} aria-label={text.shell.dismiss} onClick={onClose}>
        <X size={16} aria-hidden="true" />
      </button>
    </div>
  );
}

/** Keeps the focus that the toasts take. `leave` returns it to where it was, and F6 and Escape do so as well. */
function useRegionFocus() {
  const region = useRef<HTMLElement>(null);
  const before = useRef<Element | null>(null);
  const [isFocused, setFocused] = useState(false);
  const leave = () => {
    if (before.current instanceof HTMLElement && before.current.isConnected) before.current.focus();
    else if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  };
  useEffect(() => {
    const move = ({ key }: KeyboardEvent) => {
      const isInside = region.current?.contains(document.activeElement);
      if (isInside && (key === 'F6' || key === 'Escape')) leave();
      else if (key === 'F6' && region.current?.hasChildNodes()) region.current.focus();
    };
    document.addEventListener('keydown', move);
    return () => document.removeEventListener('keydown', move);
  });
  const focus = {
    onFocus({ relatedTarget }: FocusEvent) {
      if (!region.current?.contains(relatedTarget)) before.current = relatedTarget;
      setFocused(true);
    },
    onBlur: ({ relatedTarget }: FocusEvent) => setFocused(region.current?.contains(relatedTarget) ?? false),
  };
  return { region, isFocused, leave, focus };
}

function usePageHidden(): boolean {
  const [isHidden, setHidden] = useState(document.hidden);
  useEffect(() => {
    const change = () => setHidden(document.hidden);
    document.addEventListener('visibilitychange', change);
    return () => document.removeEventListener('visibilitychange', change);
  }, []);
  return isHidden;
}
