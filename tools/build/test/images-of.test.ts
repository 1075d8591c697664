import { expect, test } from 'vitest';
import { imagesOf } from '../src/images-of.ts';

const dockerfiles = ['apps/canvas/Dockerfile', 'apps/gateway/Dockerfile', 'tools/database/Dockerfile'];
const names = (images: readonly { name: string }[]) => images.map(({ name }) => name);

test('the first release builds every image', () => {
  const { build, retag } = imagesOf(dockerfiles, undefined);
  expect(build).toContainEqual({ name: 'migrate', dockerfile: 'tools/database/Dockerfile' });
  expect(names(build)).toEqual(['canvas', 'gateway', 'migrate']);
  expect(retag).toEqual([]);
});

test('a change of the page builds the image of the gateway only, and the others get the new tag', () => {
  const { build, retag } = imagesOf(dockerfiles, ['web', 'e2e']);
  expect(names(build)).toEqual(['gateway']);
  expect(names(retag)).toEqual(['canvas', 'migrate']);
});
