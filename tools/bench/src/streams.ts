/** The measured streams: their number, chunks per stream, and interval between chunks. */
export const streamShape = { streams: 50, chunks: 50, intervalMs: 20 } as const;
