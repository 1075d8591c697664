/** Reports the server's URL to the parent process, and on request the CPU microseconds used. */
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
