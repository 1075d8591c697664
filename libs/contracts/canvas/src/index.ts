import { defineContract } from '@valuecanvas/contracts-core';
import {
  createCanvas,
  deleteCanvas,
  exportCanvas,
  getCanvas,
  importCanvas,
  listCanvases,
  undeleteCanvas,
  updateCanvas,
} from './canvases.ts';
import { compareCanvases } from './compare-canvases.ts';
import { checkCanvas, dismissFinding, listFindings, restoreFinding } from './findings.ts';
import { generateCanvas } from './generate-canvas.ts';
import { refineSection } from './refine-section.ts';
import { applySuggestions, getRevision, listRevisions, restoreRevision } from './revisions.ts';
import { createShare, deleteShare, exportSharedCanvas, getSharedCanvas, listShares } from './shares.ts';
import { createVariant, listVariants } from './variants.ts';

export { Blocks, Canvas, maxTitleLength, Section, sections } from './canvas.ts';
export { CreateCanvasRequest, UpdateCanvasRequest } from './canvases.ts';
export { BlockDiff, CanvasDiff, ItemDiff } from './compare-canvases.ts';
export { CheckResult, Finding, FindingsReport, findingKinds, findingSeverities } from './findings.ts';
export { GenerateCanvasRequest, GenerateCanvasResult } from './generate-canvas.ts';
export { canvasGeneration, canvasRefinement, canvasVariant } from './jobs.ts';
export { RefineSectionRequest, RefineSectionResult } from './refine-section.ts';
export { ApplySuggestionsRequest, Revision, RevisionContent } from './revisions.ts';
export { NewShare, Share } from './shares.ts';
export { CreateVariantRequest, variantKinds } from './variants.ts';

export const canvasContract = defineContract({
  service: 'canvas',
  title: 'Canvas',
  description: 'Business model canvases: generate, refine and edit them, with a full history.',
  prefixes: ['/api/canvas', '/api/shared'],
  callers: ['gateway', 'job-worker'],
  routes: {
    generateCanvas,
    listCanvases,
    createCanvas,
    importCanvas,
    getCanvas,
    updateCanvas,
    deleteCanvas,
    undeleteCanvas,
    exportCanvas,
    refineSection,
    applySuggestions,
    listRevisions,
    getRevision,
    restoreRevision,
    createVariant,
    listVariants,
    compareCanvases,
    checkCanvas,
    listFindings,
    dismissFinding,
    restoreFinding,
    createShare,
    listShares,
    deleteShare,
    getSharedCanvas,
    exportSharedCanvas,
  },
});
