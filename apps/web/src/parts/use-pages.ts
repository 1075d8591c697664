import { useInfiniteQuery } from '@tanstack/react-query';

/** A page of a list, as the client returns it. */
interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/** Reads a list page by page. `read` requests one page. Returns the items of all pages that were read, and the query. */
export function usePages<Item>(
  key: readonly unknown[],
  read: (
    page: { readonly cursor?: string },
    options: { readonly signal: AbortSignal },
  ) => Promise<Page<Item>>,
) {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) =>
      read(pageParam === undefined ? {} : { cursor: pageParam }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    staleTime: 0,
  });
  return { items: query.data?.pages.flatMap(({ items }) => items) ?? [], query };
}
