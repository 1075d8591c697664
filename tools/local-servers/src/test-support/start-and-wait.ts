import { startPostgres } from '../postgres/start-postgres.ts';
import { startRedis } from '../redis/start-redis.ts';

const [server, directory = ''] = process.argv.slice(2);
const log = (line: string) => console.log(line);
const running =
  server === 'postgres'
    ? await startPostgres({ directory, durable: false, log })
    : await startRedis({ directory, persistent: true });
console.log(running.url);
// Keeps the process alive until a test ends it.
setInterval(() => {}, 60_000);
