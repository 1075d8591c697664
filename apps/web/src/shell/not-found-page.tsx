import { Link } from '@tanstack/react-router';
import { text } from '../text/en.ts';
import { PageHeading } from './page-heading.tsx';
import styles from './shell.module.css';

export function NotFoundPage() {
  return (
    <div className={styles.page}>
      <PageHeading title={text.errors.notFoundTitle} />
      <p>{text.errors.notFound}</p>
      <Link to="/">{text.errors.toStart}</Link>
    </div>
  );
}
