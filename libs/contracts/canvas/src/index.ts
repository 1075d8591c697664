import { defineContract } from '@valuecanvas/contracts-core';
import { deleteCanvas, getCanvas, listCanvases, updateCanvas } from './canvases.ts';
import { generateCanvas } from './generate-canvas.ts';
import { refineSection } from './refine-section.ts';
import { applySuggestions, listRevisions, restoreRevision } from './revisions.ts';

export { Blocks, Canvas, Section, sections } from './canvas.ts';
export { UpdateCanvasRequest } from './canvases.ts';
export { GenerateCanvasRequest, GenerateCanvasResult } from './generate-canvas.ts';
export { canvasGeneration, canvasRefinement } from './jobs.ts';
export { RefineSectionRequest, RefineSectionResult } from './refine-section.ts';
export { ApplySuggestionsRequest, Revision } from './revisions.ts';

export const canvasContract = defineContract({
  service: 'canvas',
  title: 'Canvas',
  description: 'Business model canvases: generate, refine and edit them, with a full history.',
  prefixes: ['/api/canvas'],
  callers: ['gateway', 'job-worker'],
  routes: {
    generateCanvas,
    listCanvases,
    getCanvas,
    updateCanvas,
    deleteCanvas,
    refineSection,
    applySuggestions,
    listRevisions,
    restoreRevision,
  },
});
