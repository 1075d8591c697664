import type { LlmRouterConfig } from '../../config.ts';
import { openai } from '../openai/openai.ts';
import type { Provider } from '../provider.ts';
import { together } from '../together/together.ts';

/** The simulator needs no key, but providers without one are not built. */
const key = 'simulated';

/**
 * Returns the simulator in the roles of Together.ai and OpenAI, with their models and prices, and under its own ids, so that
 * answers, ledger and metrics tell simulated calls apart. Undefined without its URL.
 */
export function simulator({
  LLM_SIMULATOR_URL: url,
  OPENAI_FALLBACK_MODEL,
}: Pick<LlmRouterConfig, 'LLM_SIMULATOR_URL' | 'OPENAI_FALLBACK_MODEL'>): Provider[] | undefined {
  if (url === undefined) return undefined;
  const first = together({ TOGETHER_API_KEY: key, TOGETHER_BASE_URL: url });
  const fallback = openai({ OPENAI_API_KEY: key, OPENAI_BASE_URL: url, OPENAI_FALLBACK_MODEL });
  return [
    ...(first ? [{ ...first, id: 'simulator' }] : []),
    ...(fallback ? [{ ...fallback, id: 'simulator_fallback' }] : []),
  ];
}
