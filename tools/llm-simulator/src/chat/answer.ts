import { type Block, blocks, blocksIn } from '../answers/blocks.ts';
import { type Brief, briefOf } from '../answers/brief.ts';
import { canvasFor } from '../answers/canvas.ts';
import { canvasText, paragraphFor } from '../answers/paragraph.ts';
import { buildValue } from '../answers/schema/build-value.ts';
import { createWriter } from '../answers/writer.ts';
import { type Random, randomFrom } from '../random.ts';
import type { ChatRequest, Tool } from './chat-request.ts';

/** The content of one choice before limits: a text, or a call of one tool. */
export type Answer =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'call'; readonly tool: string; readonly arguments: string };

const list = { type: 'array', items: { type: 'string' } };
const canvasSchema = { type: 'object', properties: Object.fromEntries(blocks.map((block) => [block, list])) };
const refinementSchema = { type: 'object', properties: { suggestions: list, reasoning: { type: 'string' } } };
const text = { type: 'string' };
const findingsSchema = {
  type: 'object',
  properties: {
    findings: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          kind: text,
          severity: text,
          sections: list,
          items: list,
          message: text,
          suggestion: text,
        },
      },
    },
  },
};
const plainSchema = {
  type: 'object',
  properties: { business: { type: 'string' }, answer: { type: 'string' } },
};

/** One answer per choice, decided by the digest alone. Throws an ApiError 400 for a schema that cannot be satisfied. */
export function answersTo(request: ChatRequest, digest: string): readonly Answer[] {
  const brief = briefOf(request.messages);
  const tool = calledTool(request);
  return Array.from({ length: request.choices }, (_, index) => {
    const random = randomFrom(digest, index);
    return tool ? callOf(tool, brief, random) : { kind: 'text', text: textFor(request, brief, random) };
  });
}

/** `auto` calls the first tool until the conversation holds a tool's result, then answers. */
function calledTool({ toolChoice, tools, messages }: ChatRequest): Tool | undefined {
  if (toolChoice === 'none') return undefined;
  if (toolChoice === 'auto' && messages.at(-1)?.role === 'tool') return undefined;
  return typeof toolChoice === 'object' ? tools.find(({ name }) => name === toolChoice.name) : tools[0];
}

function callOf({ name, parameters }: Tool, brief: Brief, random: Random): Answer {
  const schema = { type: 'object', ...parameters };
  return { kind: 'call', tool: name, arguments: jsonFor(schema, brief, random) };
}

function textFor({ format }: ChatRequest, brief: Brief, random: Random): string {
  if (format.kind === 'schema') return jsonFor(format.schema, brief, random);
  const schema = impliedSchema(brief);
  if (format.kind === 'json') return jsonFor(schema ?? plainSchema, brief, random);
  if (schema && /json/i.test(brief.said)) return jsonFor(schema, brief, random);
  return schema === canvasSchema && brief.describesBusiness
    ? canvasText(canvasFor(brief, random), brief)
    : paragraphFor(brief, random);
}

/** The form that the prompt asks for: findings, a refinement, a whole canvas, or none. */
function impliedSchema({ said }: Brief): object | null {
  if (/"findings"/.test(said)) return findingsSchema;
  if (/\bsuggestions\b/.test(said)) return refinementSchema;
  const mentioned: readonly Block[] = blocksIn(said);
  return mentioned.length === blocks.length || /business model canvas/i.test(said) ? canvasSchema : null;
}

function jsonFor(schema: object, brief: Brief, random: Random): string {
  return JSON.stringify(buildValue(schema, createWriter(brief, random)));
}
