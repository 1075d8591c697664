import { useEffect, useId, useRef } from 'react';
import { useAnnounce } from '../shell/announcer.tsx';
import { Button } from './button.tsx';
import { Field } from './field.tsx';
import styles from './shown-once.module.css';

/** A secret that the platform shows once, in a field that selects itself. */
export function ShownOnce({
  title,
  label,
  hint,
  value,
  text,
  onDone,
}: {
  readonly title: string;
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly text: { readonly copy: string; readonly copied: string; readonly done: string };
  readonly onDone: () => void;
}) {
  const announce = useAnnounce();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    input.current?.focus();
    input.current?.select();
  }, []);
  const copy = async () => {
    await navigator.clipboard.writeText(value);
    announce(text.copied);
  };
  return (
    <section className={styles.shown} aria-labelledby={id}>
      <strong id={id}>{title}</strong>
      <div className={styles.value}>
        <Field
          label={label}
          hint={hint}
          ref={input}
          readOnly
          autoComplete="off"
          spellCheck={false}
          value={value}
          onFocus={({ target }) => target.select()}
        />
      </div>
      <div className={styles.actions}>
        {window.isSecureContext && <Button onClick={() => void copy()}>{text.copy}</Button>}
        <Button look="primary" onClick={onDone}>
          {text.done}
        </Button>
      </div>
    </section>
  );
}
