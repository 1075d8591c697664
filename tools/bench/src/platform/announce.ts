/** Reports readiness and URL to the parent process, and exits with it. */
export function announce(url: string): void {
  process.on('disconnect', () => process.exit(0));
  process.send?.({ url });
}
