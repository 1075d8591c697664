import type { CapabilityTable } from '../capability-table.ts';

/**
 * From Together's lists of models with function calling and vision. The older Llama and Mixtral models have a context of
 * 8,192 and 32,768 tokens for prompt and answer together.
 */
export const togetherCapabilities: CapabilityTable = {
  'meta-llama/Llama-3-': { tools: false, images: false, maxOutputTokens: 8_192 },
  'meta-llama/Meta-Llama-3': { images: false },
  'meta-llama/Llama-3.': { images: false },
  'mistralai/Mixtral-8x7B-Instruct-v0.1': { images: false, maxOutputTokens: 32_768 },
};
