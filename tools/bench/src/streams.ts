/** The streams that are measured: so many at once, of so many chunks, one each so many milliseconds. */
export const streamShape = { streams: 50, chunks: 50, intervalMs: 20 } as const;
