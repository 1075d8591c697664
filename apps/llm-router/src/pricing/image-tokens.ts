/** Maximum number of tokens of one image. */
interface ImageRule {
  /** Part of the model's name; the first match applies. */
  readonly model: RegExp;
  /** Tokens for any image size, unless the request asks for low detail. */
  readonly most: number;
  /** Tokens for `detail: low`, if the provider documents fewer. */
  readonly low?: number;
}

/** OpenAI fits an image into 2,048 px and its shorter side into 768 px: at most 4 x 2 tiles of 512 px. */
const maxTiles = 8;

/** OpenAI's newer models cover an image with a maximum number of 32 px patches, times a model-specific factor. */
const maxPatches = 1_536;

const tiles = (model: RegExp, base: number, perTile: number): ImageRule => ({
  model,
  most: base + maxTiles * perTile,
  low: base,
});

const patches = (model: RegExp, factor: number): ImageRule => ({
  model,
  most: Math.ceil(maxPatches * factor),
});

/**
 * Sources: OpenAI's guide "Images and vision" (Calculating costs) and Together.ai's guide "Vision". For gpt-4.1 both tiles and
 * patches have been documented: the larger number applies.
 */
const rules: readonly ImageRule[] = [
  tiles(/gpt-4o-mini/, 2_833, 5_667),
  tiles(/gpt-4o|gpt-4\.5|gpt-4-turbo|gpt-4-vision/, 85, 170),
  patches(/gpt-4\.1-mini|gpt-5-mini/, 1.62),
  patches(/gpt-4\.1-nano|gpt-5-nano/, 2.46),
  patches(/gpt-4\.1/, 1),
  patches(/o4-mini/, 1.72),
  tiles(/\bo1\b|\bo3\b/, 75, 150),
  tiles(/gpt-5(?!\.|\w|-image)/, 70, 140),
  // Together.ai: at most 2 x 2 tiles of 1,601 tokens.
  { model: /llama/, most: 6_404 },
];

/** Default: the documented maximum, OpenAI's `detail: original` with 10,000 patches times 2.46. */
const mostOfAny = 24_600;

/** Returns the maximum number of prompt tokens of one image, by the provider's name of the model. */
export function imageTokens(model: string, detail: unknown): number {
  const name = model.toLowerCase();
  const rule = rules.find((candidate) => candidate.model.test(name));
  if (!rule) return mostOfAny;
  return detail === 'low' ? (rule.low ?? rule.most) : rule.most;
}
