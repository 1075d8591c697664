/** Tells the parent process where this server is, and, whenever it asks, how many CPU microseconds it has used. */
export function reportCpu(server: {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}): void {
  process.send?.(server);
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.(user + system);
  });
  process.on('disconnect', () => process.exit(0));
}
