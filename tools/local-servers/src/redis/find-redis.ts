import { isDiskFull, LocalServerError } from '../local-server-error.ts';
import { oldestRedis, type RedisBinary, redisOnPath } from './binary.ts';
import { debianRedis, debianRelease } from './debian-packages.ts';

/** Finds a server on the PATH, else in the distribution's packages. Throws LocalServerError if there is none. */
export async function findRedis(
  cacheDirectory: string,
  progress: (line: string) => void,
): Promise<RedisBinary> {
  const reasons: string[] = [];
  const installed = await redisOnPath((reason) => reasons.push(reason));
  if (installed !== undefined) return installed;
  const release = await debianRelease();
  if (release === undefined) throw noRedis(reasons);
  return await debianRedis(release, cacheDirectory, progress).catch((error) => {
    if (error instanceof LocalServerError || isDiskFull(error)) throw error;
    throw noRedis([...reasons, error.message], error);
  });
}

function noRedis(reasons: string[], cause?: unknown): LocalServerError {
  const details = reasons.length > 0 ? ` (${reasons.join('; ')})` : '';
  return new LocalServerError(
    `Redis ${oldestRedis} or newer was not found${details}: set REDIS_URL, start one with Docker Compose (docker compose up -d redis), or install it (Homebrew: brew install redis).`,
    { cause },
  );
}
