import { Button } from '../../parts/button.tsx';
import type { usePages } from '../../parts/use-pages.ts';
import { consoleText as text } from '../../text/console.en.ts';

/** A button that reads the next page of a list. Shows nothing at the end of the list. */
export function ShowMore({
  query: { hasNextPage, isFetchingNextPage, fetchNextPage },
}: {
  readonly query: ReturnType<typeof usePages>['query'];
}) {
  if (!hasNextPage) return null;
  return (
    <div>
      <Button disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
        {text.showMore}
      </Button>
    </div>
  );
}
