import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execForm, parseCopy, parseDockerfile, type Stage } from '../dockerfile/parse-dockerfile.ts';
import type { Layer, Layers } from './layers.ts';
import { copyInto, runLine } from './steps.ts';

/** What stands in an image, and how it is started. */
export interface Image {
  /** Its working directory, on this machine. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  /** Undefined for a command that ends by itself. */
  readonly healthcheck: readonly string[] | undefined;
}

export interface Workshop {
  readonly layers: Layers;
  /** Where the build's context stands. */
  readonly context: string;
  /** For the steps: what leads to Node and npm, and how npm reaches its registry. */
  readonly environment: NodeJS.ProcessEnv;
}

/** A stage, as far as it has been carried out; its folder is the working directory inside the layer. */
interface State extends Image {
  readonly layer: Layer;
}

interface Build extends Workshop {
  readonly stages: ReadonlyMap<string, State>;
}

type Step = (text: string, state: State, build: Build) => State | Promise<State>;

/**
 * Carries out the steps of a Dockerfile without an engine: the literal RUN lines, in folders instead of file systems.
 * Rejects with what a step said where it failed.
 */
export async function assembleImage(dockerfile: string, workshop: Workshop): Promise<Image> {
  const stages = new Map<string, State>();
  let last: State | undefined;
  for (const stage of parseDockerfile(dockerfile)) {
    last = await carryOut(stage, { ...workshop, stages });
    stages.set(stage.name, last);
  }
  if (!last) throw new Error('The Dockerfile has no FROM.');
  const { layer, folder, ...image } = last;
  return { ...image, folder: join(layer.folder, folder) };
}

async function carryOut(stage: Stage, build: Build): Promise<State> {
  const layer = await build.layers.base();
  let state: State = { layer, folder: '/', environment: {}, command: [], healthcheck: undefined };
  for (const { name, text } of stage.instructions) {
    state = (await steps[name]?.(text, state, build)) ?? state;
  }
  return state;
}

/** USER and EXPOSE change nothing here: who runs an image, and at which ports, is chosen for this machine. */
const steps: Readonly<Record<string, Step>> = {
  async WORKDIR(text, state, { layers }) {
    const layer = await layers.add(state.layer, `WORKDIR ${text}`, async (root) => {
      await mkdir(join(root, text), { recursive: true });
    });
    return { ...state, layer, folder: text };
  },
  async COPY(text, state, build) {
    const source = sourceOf(text, build);
    const id = `COPY ${text} of ${source?.id} into ${state.folder}`;
    const layer = await build.layers.add(state.layer, id, (root) =>
      copyInto(join(root, state.folder), source?.folder ?? build.context, parseCopy(text)),
    );
    return { ...state, layer };
  },
  async RUN(text, state, { layers, environment }) {
    const layer = await layers.add(state.layer, `RUN ${text} in ${state.folder}`, (root) =>
      runLine(text, join(root, state.folder), { ...environment, ...state.environment }),
    );
    return { ...state, layer };
  },
  ARG: withVariables,
  ENV: withVariables,
  HEALTHCHECK: (text, state) => ({ ...state, healthcheck: execForm(text.replace(/^.*?CMD\s+/, '')) }),
  CMD: (text, state) => ({ ...state, command: execForm(text) ?? [] }),
};

/** Undefined for the build's context, which is the same for all. */
function sourceOf(text: string, { stages }: Build): Layer | undefined {
  const { from } = parseCopy(text);
  if (from === undefined) return undefined;
  const stage = stages.get(from);
  if (!stage) throw new Error(`COPY ${text}: there is no stage ${from} before it.`);
  return stage.layer;
}

/** NAME=value; of NAME=$NAME, the default of the ARG of that name is what counts. */
function withVariables(text: string, state: State): State {
  const pairs = text.split(/\s+/).map((word) => word.split('=', 2));
  const own = pairs.flatMap(([name = '', value = '']) => (value.startsWith('$') ? [] : [[name, value]]));
  return { ...state, environment: { ...state.environment, ...Object.fromEntries(own) } };
}
