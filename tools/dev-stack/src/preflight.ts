import { isFree } from './ports.ts';
import { StackError } from './stack-error.ts';

/** Throws StackError on a system without PostgreSQL packages. */
export function requireSupported(platform: string, arch: string): void {
  if (['linux', 'darwin'].includes(platform) && ['x64', 'arm64'].includes(arch)) return;
  throw new StackError(
    `This runs on Linux and macOS (x64 and arm64), not on ${platform} ${arch}: use Docker Compose, or on Windows WSL 2.`,
  );
}

/** Throws StackError if the gateway's port is taken, the only port without an automatic alternative. */
export async function requireGatewayPort(port: number): Promise<void> {
  if (await isFree(port)) return;
  const other = port === 65_535 ? 3000 : port + 1;
  throw new StackError(
    `Port ${port} is taken: stop what uses it, or choose another with \`PORT=${other} npm start\`.`,
  );
}
