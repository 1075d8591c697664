/** Models that the platform offers with any providers: a provider that lacks them serves its fallback model instead. */
export const offeredModels = [
  'meta-llama/Llama-3-70b-chat-hf',
  'meta-llama/Llama-3-8b-chat-hf',
  'mistralai/Mixtral-8x7B-Instruct-v0.1',
] as const;
