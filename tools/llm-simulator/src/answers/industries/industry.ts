import type { Block } from '../blocks.ts';

/** What businesses of one kind have in common. {offer} and {audience} stand for the business's own. */
export interface Industry {
  readonly keywords: RegExp;
  readonly offer: string;
  readonly audience: string;
  readonly items: Readonly<Record<Block, readonly string[]>>;
}
