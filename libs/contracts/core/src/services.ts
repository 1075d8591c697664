/** Every deployable service, by the name that its folder, image, manifest and tokens carry. */
export const serviceNames = [
  'gateway',
  'llm-router',
  'canvas',
  'prompt-registry',
  'feature-flags',
  'job-worker',
] as const;

export type ServiceName = (typeof serviceNames)[number];
