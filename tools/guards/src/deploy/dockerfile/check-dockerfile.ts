import type { Files } from '../files.ts';
import type { ServiceFacts } from '../service-facts.ts';
import { execForm, parseCopy, parseDockerfile, type Stage, textsOf } from './parse-dockerfile.ts';

/** The instructions that our images are made with; `check:images` can carry out these. */
const known = ['ARG', 'CMD', 'COPY', 'ENV', 'EXPOSE', 'HEALTHCHECK', 'RUN', 'USER', 'WORKDIR'];

/** What every service runs with, so that memory stays short: libs/service-kit/README.md says why. */
const mallocSettings =
  'GLIBC_TUNABLES=glibc.malloc.mmap_threshold=1048576:glibc.malloc.trim_threshold=2097152';
const v8Flags = ['--no-allocation-site-pretenuring', '--max-semi-space-size=32', '--heap-growing-percent=50'];

const secretName = /SECRET|PASSWORD|TOKEN|_KEYS?\b|DATABASE_URL|REDIS_URL|DSN/;

/** What is wrong with the Dockerfiles: each fault begins with the file. */
export function dockerfileFaults(
  files: Files,
  services: readonly ServiceFacts[],
  nodeVersion: string,
): string[] {
  const found = [...files].filter(([path]) => path.endsWith('/Dockerfile'));
  const ofServices = services.flatMap((service) => {
    const path = `apps/${service.name}/Dockerfile`;
    const text = files.get(path);
    const faults = text === undefined ? ['is missing.'] : serviceImageFaults(text, service);
    return faults.map((fault) => `${path}: ${fault}`);
  });
  return [
    ...found.flatMap(([path, text]) => imageFaults(text, nodeVersion).map((fault) => `${path}: ${fault}`)),
    ...ofServices,
    ...strangers(files, services),
  ];
}

/** What holds for every image. */
function imageFaults(text: string, nodeVersion: string): string[] {
  const stages = parseDockerfile(text);
  const last = stages.at(-1);
  const base = `node:${nodeVersion}-bookworm-slim`;
  const users = textsOf(last, 'USER');
  return [
    ...stages
      .filter(({ from }) => from !== base)
      .map(({ from }) => `must be built from ${base}, not ${from}.`),
    ...stages.flatMap(instructionFaults),
    ...(textsOf(last, 'RUN').length > 0
      ? ['the last stage may only copy: install and build before it.']
      : []),
    ...(users.length === 1 && users[0] === 'node' ? [] : ['must end as USER node.']),
    ...(textsOf(last, 'CMD').filter(execForm).length === 1 ? [] : ['must have one CMD in its exec form.']),
    ...(textsOf(last, 'ENV').some((line) => line.includes('NODE_ENV=production'))
      ? []
      : ['must set NODE_ENV=production.']),
    ...copyFaults(stages),
  ];
}

function instructionFaults(stage: Stage): string[] {
  return stage.instructions.flatMap(({ name, text }) => {
    if (!known.includes(name)) return [`${name} is not used here.`];
    if (name === 'ENV' || name === 'ARG') {
      const names = [...text.matchAll(/(?:^|\s)(\w+)(?==|$)/g)].map(([, variable = '']) => variable);
      return names
        .filter((variable) => secretName.test(variable))
        .map((variable) => `${variable} is a secret: images hold none.`);
    }
    if (name === 'RUN' && /\bnpm (install|i)\b/.test(text)) return ['must install with npm ci.'];
    if (name === 'RUN' && /(^|\s)\//.test(text))
      return [`RUN must name files relative to its folder: ${text}`];
    return [];
  });
}

/** Packages come from a stage that left out what only development needs. */
function copyFaults(stages: readonly Stage[]): string[] {
  const packages = textsOf(stages.at(-1), 'COPY')
    .map(parseCopy)
    .filter(({ sources }) => sources.some((source) => source.endsWith('node_modules')));
  return packages.flatMap(({ from }) => {
    const source = stages.find(({ name }) => name !== '' && name === from);
    const installs = textsOf(source, 'RUN').filter((line) => line.includes('npm ci'));
    const bare = installs.every((line) => line.includes('--omit=dev') && line.includes('--ignore-scripts'));
    return installs.length > 0 && bare
      ? []
      : ['its node_modules must come from npm ci --omit=dev --ignore-scripts.'];
  });
}

/** What holds for the image of a service. */
function serviceImageFaults(text: string, { name, ports }: ServiceFacts): string[] {
  const stages = parseDockerfile(text);
  const last = stages.at(-1);
  const expected: [instruction: string, value: string][] = [
    ['EXPOSE', `${ports.http} ${ports.internal}`],
    [
      'CMD',
      JSON.stringify(['node', ...v8Flags, '--import', './register.js', 'main.js']).replaceAll(',', ', '),
    ],
    ['ARG', 'SERVICE_VERSION=dev'],
    ['ENV', mallocSettings],
    ['HEALTHCHECK', `process.env.INTERNAL_PORT || ${ports.internal}}/health/live`],
  ];
  return [
    ...(stages.length > 1 ? [] : ['must have a stage of its own for what is built.']),
    ...expected
      .filter(([instruction, value]) => !textsOf(last, instruction).some((line) => line.includes(value)))
      .map(([instruction, value]) => `must have ${instruction} with ${value}.`),
    ...(textsOf(
      stages.find((stage) => stage.name === 'build'),
      'RUN',
    ).includes(`node tools/build/src/main.ts ${name}`)
      ? []
      : [`must build ${name}.`]),
  ];
}

/** Images of services differ in name and ports only: what is learnt about one holds for all. */
function strangers(files: Files, services: readonly ServiceFacts[]): string[] {
  const general = services.flatMap(({ name, ports }) => {
    const text = files.get(`apps/${name}/Dockerfile`);
    if (text === undefined) return [];
    const form = text
      .replaceAll(new RegExp(`\\b${name}\\b`, 'g'), '<name>')
      .replaceAll(new RegExp(`\\b${ports.http}\\b`, 'g'), '<http>')
      .replaceAll(new RegExp(`\\b${ports.internal}\\b`, 'g'), '<internal>');
    return [{ name, form }];
  });
  const common = [...Map.groupBy(general, ({ form }) => form).values()].toSorted(
    (a, b) => b.length - a.length,
  )[0];
  return general
    .filter(({ form }) => form !== common?.[0]?.form)
    .map(
      ({ name }) =>
        `apps/${name}/Dockerfile: differs from those of the other services in more than name and ports.`,
    );
}
