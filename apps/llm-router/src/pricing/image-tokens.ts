/** The most tokens that one image can take. */
interface ImageRule {
  /** Part of the model's name; the first rule that matches counts. */
  readonly model: RegExp;
  /** Whatever the size of the image, unless its caller asks for low detail. */
  readonly most: number;
  /** For `detail: low`, where the provider promises less for it. */
  readonly low?: number;
}

/** OpenAI fits an image into 2,048 px and its shorter side into 768 px: at most 4 x 2 tiles of 512 px. */
const maxTiles = 8;

/** OpenAI's newer models cover an image with at most so many patches of 32 px, times a factor of the model's. */
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
 * As OpenAI's guide "Images and vision" (Calculating costs) and Together.ai's guide "Vision" state them. gpt-4.1 has been
 * described with tiles and with patches: what is more counts.
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

/** Of all others that are documented, OpenAI's `detail: original` takes the most: 10,000 patches times 2.46. */
const mostOfAny = 24_600;

/** The most tokens that one image can take in a prompt for a model, by the provider's name of it. */
export function imageTokens(model: string, detail: unknown): number {
  const name = model.toLowerCase();
  const rule = rules.find((candidate) => candidate.model.test(name));
  if (!rule) return mostOfAny;
  return detail === 'low' ? (rule.low ?? rule.most) : rule.most;
}
