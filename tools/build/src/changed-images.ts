import { execFileSync } from 'node:child_process';
import { basename } from 'node:path';
import { imagesOf } from './images-of.ts';

// Prints, as outputs of a step of GitHub Actions, the images to build for the tagged commit and the images that only get its tag.
const root = `${import.meta.dirname}/../../..`;

function linesOf(command: string, args: readonly string[]): string[] {
  const text = execFileSync(command, args, { cwd: root, encoding: 'utf8' });
  return text.split('\n').filter((line) => line !== '');
}

const dockerfiles = linesOf('git', ['ls-files', 'apps/*/Dockerfile', 'tools/*/Dockerfile']);
const [current] = linesOf('git', ['describe', '--tags', '--abbrev=0', '--match', 'v*']);
const [previous] = linesOf('git', ['tag', '--list', 'v*', '--merged', 'HEAD', '--sort=-v:refname']).filter(
  (tag) => tag !== current,
);
const affected = previous
  ? linesOf('npx', ['nx', 'show', 'projects', '--affected', `--base=${previous}`, '--head=HEAD']).map(
      (name) => basename(name),
    )
  : undefined;

const { build, retag } = imagesOf(dockerfiles, affected);
console.log(`build=${JSON.stringify(build)}`);
console.log(`retag=${JSON.stringify(retag)}`);
console.log(`previous=${previous ?? ''}`);
