import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { linkInto } from './link-into.ts';

/** A file system as instructions have left it. */
export interface Layer {
  /** The same for the same instructions on the same files. */
  readonly id: string;
  readonly folder: string;
}

export interface Layers {
  /** The base image, of which nothing is looked at but its Node. */
  base(): Promise<Layer>;
  /** What `change` makes of a layer; carried out once for all images in which it stands at the same place. */
  add(parent: Layer, instruction: string, change: (folder: string) => Promise<void>): Promise<Layer>;
}

/** Keeps layers below a folder. */
export function createLayers(folder: string): Layers {
  const known = new Map<string, Promise<Layer>>();

  const once = (id: string, make: (target: string) => Promise<unknown>): Promise<Layer> => {
    const target = join(folder, id);
    const layer = known.get(id) ?? make(target).then(() => ({ id, folder: target }));
    known.set(id, layer);
    return layer;
  };

  return {
    base: () => once('base', (target) => mkdir(target, { recursive: true })),
    add: (parent, instruction, change) =>
      once(digest(`${parent.id} ${instruction}`), async (target) => {
        await linkInto(target, parent.folder);
        await change(target);
      }),
  };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
