import { invalid } from '../http/api-error.ts';
import { isObject, type JsonObject } from '../json.ts';
import type { Tool, ToolChoice } from './chat-request.ts';

/** Reads `tools`, or an empty list if absent. Throws an ApiError 400 that names the invalid one. */
export function readTools(value: unknown): readonly Tool[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalid('tools', "'tools' must be a list.");
  return value.map(readTool);
}

function readTool(value: unknown, index: number): Tool {
  const definition = isObject(value) && value.type === 'function' ? value.function : null;
  if (!isObject(definition) || typeof definition.name !== 'string' || definition.name === '') {
    throw invalid(`tools[${index}]`, `'tools[${index}]' must be of type function and name it.`);
  }
  const { name, parameters = {} } = definition;
  if (isObject(parameters)) return { name, parameters };
  throw invalid(`tools[${index}].function.parameters`, 'The parameters of a tool must be a JSON schema.');
}

/** Reads `tool_choice`. The default is `auto` with tools and `none` without. */
export function readToolChoice(body: JsonObject, tools: readonly Tool[]): ToolChoice {
  const { tool_choice: choice = tools.length > 0 ? 'auto' : 'none' } = body;
  if (choice === 'none' || choice === null) return 'none';
  if (tools.length === 0) throw invalid('tool_choice', "'tool_choice' needs 'tools'.");
  if (choice === 'auto' || choice === 'required') return choice;
  const named = isObject(choice) && isObject(choice.function) ? choice.function.name : undefined;
  const tool = tools.find(({ name }) => name === named);
  if (tool) return { name: tool.name };
  throw invalid('tool_choice', "'tool_choice' must be none, auto, required, or name one of 'tools'.");
}
