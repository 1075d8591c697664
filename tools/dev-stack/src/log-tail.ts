import { open } from 'node:fs/promises';

const tailBytes = 16 * 1024;
const tailLines = 12;

/** Returns the last lines of a log, indented. The file may be large or missing. */
export async function logTail(file: string): Promise<string> {
  const text = await readEnd(file).catch(() => '');
  const lines = (text.trimEnd() || '(nothing)').split('\n').slice(-tailLines);
  return lines.map((line) => `    ${line}`).join('\n');
}

/** Returns the last line of a log. The file may be large or missing. */
export async function lastLine(file: string): Promise<string> {
  const text = await readEnd(file).catch(() => '');
  return text.trimEnd().split('\n').at(-1) || '(nothing)';
}

async function readEnd(path: string): Promise<string> {
  await using file = await open(path);
  const { size } = await file.stat();
  const length = Math.min(size, tailBytes);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
  return buffer.toString('utf8', 0, bytesRead);
}
