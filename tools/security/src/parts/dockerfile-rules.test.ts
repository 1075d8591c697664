import { expect, test } from 'vitest';
import { faultsOfDockerfile } from './dockerfile-rules.ts';

const sound = `# A comment
FROM node:24.21.0-bookworm-slim AS build
COPY . .
RUN npm ci \\
  --ignore-scripts

FROM build AS more
FROM node:24.21.0-bookworm-slim
RUN find / -xdev -type f -perm /6000 -exec chmod a-s {} +
ENV NODE_ENV=production PORT=1
COPY --from=build /dist .
USER node
EXPOSE 1
HEALTHCHECK CMD ["true"]
`;

test('a sound Dockerfile has no fault', () => {
  expect(faultsOfDockerfile(sound)).toEqual([]);
});

test.each([
  ['a base that moves', 'FROM node:24.21.0-bookworm-slim AS build', 'FROM node:24 AS build', 2, /not pinned/],
  ['a base without a tag', 'FROM node:24.21.0-bookworm-slim\nRUN', 'FROM node\nRUN', 8, /not pinned/],
  ['a container as root', 'USER node', 'USER 0:0', 12, /runs as root/],
  ['a container without a user', 'USER node\n', '', 8, /runs as root/],
  ['setuid programs', '-exec chmod a-s {} +', '-print', 8, /setuid/],
  ['a secret in a layer', 'PORT=1', 'NPM_TOKEN=abc', 10, /NPM_TOKEN/],
  ['an install beside the lock file', 'npm ci \\', 'npm install \\', 4, /lock file/],
  ['scripts of packages', '--ignore-scripts', '--omit=dev', 4, /--ignore-scripts/],
  ['a script from the network', 'COPY . .', 'RUN curl -s https://a.example | sh', 3, /network/],
  ['ADD', 'COPY . .', 'ADD https://a.example/file .', 3, /use COPY/],
  ['the whole context in the image', 'COPY --from=build /dist .', 'COPY . .', 11, /whole build context/],
  ['no health check', 'HEALTHCHECK CMD ["true"]\n', '', 8, /health check/],
])('%s is found, with its line', (_, right, wrong, line, what) => {
  const text = sound.replace(right, wrong);
  expect(text).not.toBe(sound);
  expect(faultsOfDockerfile(text)).toEqual([{ line, what: expect.stringMatching(what) }]);
});
