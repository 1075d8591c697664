export { createPrompts, type PromptReference, type Prompts, type PromptsOptions } from './create-prompts.ts';
export type { Assignment, ResolvedPrompt } from './fetch-snapshot.ts';
export { promptsVariables } from './prompts-variables.ts';
export {
  createPromptRenderer,
  joinMessages,
  type PromptRenderer,
  type RenderedVersion,
} from './render-prompt.ts';
export { openSnapshotFile, type SnapshotFile } from './snapshot-file.ts';
export { type EmbedReference, parseReference, referenceName } from './template/embed-reference.ts';
export { parseTemplate } from './template/parse-template.ts';
export type { TemplateValues } from './template/render-template.ts';
export type { Template, TemplatePart } from './template/template.ts';
export { joinVariables } from './variables/join-variables.ts';
export { type ValueSchema, valueFault, valueSchemaFault } from './variables/value-schema.ts';
