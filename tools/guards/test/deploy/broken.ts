import type { Files } from '../../src/deploy/files.ts';

/** One change to one deployment file, and what must be said about it. */
export interface Breakage {
  readonly what: string;
  readonly path: string;
  readonly from: string;
  readonly to: string;
  /** All of these stand in one of the faults, beside the path. */
  readonly says: readonly string[];
}

/** A copy in which every occurrence is replaced; throws where there is none, as nothing would be broken then. */
export function broken(files: Files, { path, from, to }: Breakage): Files {
  const text = files.get(path) ?? '';
  if (!text.includes(from)) throw new Error(`${path} does not contain ${from}.`);
  return new Map([...files, [path, text.replaceAll(from, () => to)]]);
}

/** Whether one of the faults names the file and all else that it should. */
export function isSaid({ path, says }: Breakage, faults: readonly string[]): boolean {
  return faults.some((fault) => [`${path}: `, ...says].every((part) => fault.includes(part)));
}
