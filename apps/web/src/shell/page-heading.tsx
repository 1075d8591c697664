import type { ReactNode } from 'react';
import { text } from '../text/en.ts';

/** The heading of a page. The tab of the browser has the same title. `children` show the title in another form. */
export function PageHeading({
  title,
  className,
  children = title,
}: {
  readonly title: string;
  readonly className?: string | undefined;
  readonly children?: ReactNode;
}) {
  return (
    <>
      <title>{`${title} – ${text.name}`}</title>
      <h1 className={className} dir="auto">
        {children}
      </h1>
    </>
  );
}
