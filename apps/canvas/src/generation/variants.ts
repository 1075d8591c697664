import { maxTitleLength, type variantKinds } from '@valuecanvas/contracts-canvas';
import { shortened, titleOf } from '@valuecanvas/contracts-canvas/title';
import type { CanvasContent } from '../canvases/canvas-content.ts';

type VariantKind = (typeof variantKinds)[number];

const kinds: Readonly<Record<VariantKind, { readonly name: string; readonly instruction: string }>> = {
  lean: {
    name: 'Lean',
    instruction:
      'Lean: the smallest version of this business that can start within a few weeks with little money. One narrow customer segment, one core benefit, few fixed costs, channels that cost little, and revenue from the first sale.',
  },
  premium: {
    name: 'Premium',
    instruction:
      'Premium: a version for customers who pay considerably more for quality, personal service and certainty. Fewer customers with a higher margin, and activities, resources and channels that justify the price.',
  },
  partnership: {
    name: 'Partnership',
    instruction:
      'Partnership: a version that grows through other organisations, which reach the customers, contribute resources or sell the offer as part of their own. Each partner has a reason to take part, and the revenue is shared with the partners.',
  },
};

const isKnown = (kind: string): kind is VariantKind => Object.hasOwn(kinds, kind);

/** Returns the description of a kind of variant for a model. Words of the user describe themselves. */
export const instructionFor = (kind: string): string => (isKnown(kind) ? kinds[kind].instruction : kind);

/** Returns the title of the canvas with the kind of the variant, such as "Bakery – Lean". */
export function titleOfVariant(
  kind: string,
  canvas: Pick<CanvasContent, 'title' | 'businessDescription'>,
): string {
  const name = shortened(isKnown(kind) ? kinds[kind].name : kind, maxTitleLength / 2);
  const room = maxTitleLength - name.length - 3;
  const base = shortened(titleOf(canvas, room), room);
  return `${base} – ${name}`;
}
