import type { CapabilityTable } from '../capability-table.ts';

/** From OpenAI's model pages; longer names take precedence. */
export const openaiCapabilities: CapabilityTable = {
  'gpt-3.5-turbo': { jsonSchema: false, images: false, maxOutputTokens: 4_096 },
  'gpt-4': { jsonSchema: false, images: false, maxOutputTokens: 8_192 },
  'gpt-4-turbo': { jsonSchema: false, maxOutputTokens: 4_096 },
  'gpt-4o': { maxOutputTokens: 16_384 },
  'gpt-4.1': { maxOutputTokens: 32_768 },
  'gpt-5': { maxOutputTokens: 128_000 },
  o1: { maxOutputTokens: 100_000 },
  o3: { maxOutputTokens: 100_000 },
  'o3-mini': { images: false, maxOutputTokens: 100_000 },
  'o4-mini': { maxOutputTokens: 100_000 },
};
