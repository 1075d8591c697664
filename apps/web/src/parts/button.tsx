import type { ComponentProps } from 'react';
import styles from './button.module.css';

type Look = 'primary' | 'secondary' | 'quiet' | 'danger' | 'link';

/** Returns the class of a button, for links that look like one. */
export function buttonClass(look: Look = 'secondary'): string {
  return look === 'secondary' ? `${styles.button}` : `${styles.button} ${styles[look]}`;
}

export function Button({
  look = 'secondary',
  type = 'button',
  className = '',
  ...rest
}: ComponentProps<'button'> & { readonly look?: Look }) {
  return <button {...rest} type={type} className={`${buttonClass(look)} ${className}`} />;
}
