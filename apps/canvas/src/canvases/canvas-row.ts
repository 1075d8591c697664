import type { Blocks, Canvas } from '@valuecanvas/contracts-canvas';
import type { Selectable } from 'kysely';
import type { CanvasesTable } from '../db.ts';
import type { CanvasContent } from './canvas-content.ts';

export type CanvasRow = Selectable<CanvasesTable>;

/** Returns the content of a revision as columns, which both tables share. */
export function toColumns({ title, businessDescription, industry, targetMarket, blocks }: CanvasContent) {
  return {
    title: title ?? null,
    business_description: businessDescription,
    industry: industry ?? null,
    target_market: targetMarket ?? null,
    blocks: JSON.stringify(blocks),
  };
}

export function toContent(
  row: Pick<CanvasRow, 'title' | 'business_description' | 'industry' | 'target_market' | 'blocks'>,
): CanvasContent {
  return {
    ...(row.title === null ? {} : { title: row.title }),
    businessDescription: row.business_description,
    ...(row.industry === null ? {} : { industry: row.industry }),
    ...(row.target_market === null ? {} : { targetMarket: row.target_market }),
    blocks: row.blocks as Blocks,
  };
}

export function toCanvas(row: CanvasRow): Canvas {
  const { blocks, ...words } = toContent(row);
  return {
    id: row.id,
    userId: row.user_id,
    ...words,
    ...blocks,
    ...(row.variant_of === null ? {} : { variantOf: row.variant_of }),
    ...(row.variant_kind === null ? {} : { variantKind: row.variant_kind }),
    revision: row.revision,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}
