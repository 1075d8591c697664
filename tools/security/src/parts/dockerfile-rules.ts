/** One instruction of a Dockerfile, with its continuation lines joined. */
interface Instruction {
  readonly line: number;
  readonly keyword: string;
  readonly rest: string;
}

interface Stage {
  readonly line: number;
  readonly base: string;
  readonly instructions: readonly Instruction[];
}

/** A fault in one file, at a line that counts from 1. */
export interface FileFault {
  readonly line: number;
  readonly what: string;
}

const secretName = /(?:PASSWORD|SECRET|TOKEN|PRIVATE_KEY|API_KEY|CREDENTIALS)$/i;

/** An exact version (at least major and minor) or a digest. `latest` and `24` move to other content. */
const pinned = /:v?\d+\.\d+[\w.-]*$|@sha256:[0-9a-f]{64}$/;

/** Returns the faults of a Dockerfile that make the image, or the build, less safe. */
export function faultsOfDockerfile(text: string): FileFault[] {
  const stages = stagesOf(instructionsOf(text));
  const final = stages.at(-1);
  if (!final) return [{ line: 1, what: 'has no FROM' }];
  return [...stages.flatMap((stage) => faultsOfStage(stage)), ...faultsOfFinalStage(final)].sort(
    (one, other) => one.line - other.line,
  );
}

function instructionsOf(text: string): Instruction[] {
  const found: Instruction[] = [];
  let open: { line: number; text: string } | undefined;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    open = { line: open?.line ?? index + 1, text: `${open?.text ?? ''}${line.replace(/\\$/, ' ')}` };
    if (line.endsWith('\\')) continue;
    const [, keyword = '', rest = ''] = /^(\w+)\s*(.*)$/s.exec(open.text) ?? [];
    found.push({ line: open.line, keyword: keyword.toUpperCase(), rest });
    open = undefined;
  }
  return found;
}

function stagesOf(instructions: readonly Instruction[]): Stage[] {
  const stages: { line: number; base: string; instructions: Instruction[] }[] = [];
  const names = new Set<string>();
  for (const instruction of instructions) {
    if (instruction.keyword === 'FROM') {
      const [base = '', , name] = instruction.rest.replace(/--\w+=\S+\s*/g, '').split(/\s+/);
      // A stage on top of an earlier one has the base of that one.
      stages.push({ line: instruction.line, base: names.has(base) ? '' : base, instructions: [] });
      if (name !== undefined) names.add(name);
    } else stages.at(-1)?.instructions.push(instruction);
  }
  return stages;
}

function faultsOfStage({ line, base, instructions }: Stage): FileFault[] {
  const faults: FileFault[] = [];
  if (base !== '' && base !== 'scratch' && !pinned.test(base))
    faults.push({ line, what: `the base ${base} is not pinned to an exact version` });
  for (const { line: at, keyword, rest } of instructions) {
    if (keyword === 'ADD') faults.push({ line: at, what: 'ADD fetches and unpacks: use COPY' });
    if (keyword === 'ENV' || keyword === 'ARG') {
      for (const [, name = ''] of rest.matchAll(/(\w+)=\S/g))
        if (secretName.test(name))
          faults.push({ line: at, what: `${keyword} ${name} keeps a secret in a layer` });
    }
    if (keyword !== 'RUN') continue;
    if (/\bnpm (?:install|i)\b/.test(rest))
      faults.push({ line: at, what: 'npm install ignores the lock file: use npm ci' });
    if (/\bnpm ci\b/.test(rest) && !rest.includes('--ignore-scripts'))
      faults.push({ line: at, what: 'npm ci runs scripts of packages: add --ignore-scripts' });
    if (/\b(?:curl|wget)\b[^|]*\|\s*(?:ba|da)?sh\b/.test(rest))
      faults.push({ line: at, what: 'runs a script from the network' });
    if (/\bchmod\s+(?:-R\s+)?(?:0?777|[ugo]*a?[ugo]*\+\w*s)/.test(rest))
      faults.push({ line: at, what: 'grants everyone write access, or the rights of a file’s owner' });
  }
  return faults;
}

function faultsOfFinalStage({ line, instructions }: Stage): FileFault[] {
  const faults: FileFault[] = [];
  const last = (keyword: string) => instructions.findLast((each) => each.keyword === keyword);
  const user = last('USER');
  if (!user || /^(?:root|0)(?::|$)/.test(user.rest)) {
    faults.push({ line: user?.line ?? line, what: 'the container runs as root' });
  }
  if (!instructions.some(({ keyword, rest }) => keyword === 'RUN' && /-perm \/6000\b.*chmod a-s/.test(rest)))
    faults.push({ line, what: 'keeps the setuid programs of its base' });
  const whole = instructions.find(({ keyword, rest }) => keyword === 'COPY' && /^\.\s/.test(rest));
  if (whole) faults.push({ line: whole.line, what: 'copies the whole build context into the image' });
  if (last('EXPOSE') && !last('HEALTHCHECK')) faults.push({ line, what: 'has no health check' });
  return faults;
}
