import { type ComponentProps, useId } from 'react';
import styles from './field.module.css';

/** A labelled text field. `fault` is the sentence of a refusal, `hint` what to enter. */
export function Field({
  label,
  hint,
  fault,
  ...rest
}: ComponentProps<'input'> & {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly fault?: string | undefined;
}) {
  const id = useId();
  const notes = [fault && `${id}-fault`, hint && `${id}-hint`].filter(Boolean).join(' ');
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      <input
        {...rest}
        id={id}
        className={styles.input}
        aria-invalid={fault ? true : undefined}
        aria-describedby={notes || undefined}
      />
      {fault && (
        <p className={styles.fault} id={`${id}-fault`}>
          {fault}
        </p>
      )}
      {hint && (
        <p className={styles.hint} id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}
