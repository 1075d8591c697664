import { Link } from '@tanstack/react-router';
import { text } from '../text/en.ts';
import styles from './shell.module.css';

export function NotFoundPage() {
  return (
    <div className={styles.page}>
      <h1>{text.errors.notFoundTitle}</h1>
      <p>{text.errors.notFound}</p>
      <Link to="/">{text.errors.toStart}</Link>
    </div>
  );
}
