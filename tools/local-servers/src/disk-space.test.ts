import { expect, test } from 'vitest';
import { requireDiskSpace } from './disk-space.ts';
import { temporaryFolder } from './test-support/temporary-folder.ts';

test('a disk with too little space is reported, with the free and the required space', async () => {
  const folder = await temporaryFolder();
  await requireDiskSpace(folder, 0);
  await expect(requireDiskSpace(folder, 1e15)).rejects.toThrow(
    /^The disk that holds .* has \d+ MB left and \d+ MB are needed\. Free some space and start again\.$/,
  );
});
