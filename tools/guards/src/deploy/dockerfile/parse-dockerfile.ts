/** One instruction of a Dockerfile, its continued lines joined. */
export interface Instruction {
  /** In capitals: COPY. */
  readonly name: string;
  readonly text: string;
}

/** From one FROM to the next. */
export interface Stage {
  /** Empty for one that nothing refers to. */
  readonly name: string;
  /** An image, or the name of an earlier stage. */
  readonly from: string;
  readonly instructions: readonly Instruction[];
}

export interface CopyInstruction {
  /** The stage that is copied from; undefined for the build's context. */
  readonly from: string | undefined;
  readonly sources: readonly string[];
  readonly destination: string;
}

/** Reads the stages of a Dockerfile in order. Throws for an instruction that stands before the first FROM. */
export function parseDockerfile(text: string): Stage[] {
  const stages: (Stage & { instructions: Instruction[] })[] = [];
  for (const instruction of instructionsOf(text)) {
    if (instruction.name === 'FROM') {
      const [, from = '', name = ''] = /^(\S+)(?:\s+AS\s+(\S+))?$/i.exec(instruction.text) ?? [];
      stages.push({ from, name, instructions: [] });
    } else {
      const stage = stages.at(-1);
      if (!stage) throw new Error(`${instruction.name} stands before the first FROM.`);
      stage.instructions.push(instruction);
    }
  }
  return stages;
}

export function parseCopy(text: string): CopyInstruction {
  const words = text.split(/\s+/);
  const flag = words[0]?.startsWith('--from=') ? words.shift() : undefined;
  const destination = words.pop() ?? '';
  return { from: flag?.slice('--from='.length), sources: words, destination };
}

/** The words of a command in its exec form; undefined for one that a shell would have to read. */
export function execForm(text: string): string[] | undefined {
  try {
    const words: unknown = JSON.parse(text);
    return Array.isArray(words) && words.every((word) => typeof word === 'string') ? words : undefined;
  } catch {
    return undefined;
  }
}

function instructionsOf(text: string): Instruction[] {
  return text
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, name = '', rest = ''] = /^(\S+)\s*(.*)$/.exec(line.trim()) ?? [];
      return { name: name.toUpperCase(), text: rest.trim() };
    });
}
