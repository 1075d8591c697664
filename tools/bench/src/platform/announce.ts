/** Tells the parent process that this one is ready, and where it serves; ends with its parent. */
export function announce(url: string): void {
  process.on('disconnect', () => process.exit(0));
  process.send?.({ url });
}
