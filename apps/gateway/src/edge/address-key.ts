import { isIP, isIPv6 } from 'node:net';
import rateLimit from '@fastify/rate-limit';

/** IPv6 addresses count by their /64 network, because one household or server owns a whole network. */
const ipv6Network = 64;

/** Addresses with a port, as some proxies write them: `203.0.113.9:4711` and `[2001:db8::1]:4711`. */
const withPort = /^(?:\[(?<six>[^\]]+)\]|(?<four>[\d.]+))(?::\d{1,5})?$/;

/**
 * Normalizes an address for rate limits and for PostgreSQL: `203.0.113.9`, `2001:db8:1:1::/64`. Returns undefined if a
 * trusted proxy sent something other than an address.
 */
export function addressKey(given: string): string | undefined {
  const { six, four } = withPort.exec(given)?.groups ?? {};
  const address = six ?? four ?? given;
  if (isIP(address) === 0) return undefined;
  const key = rateLimit.normalizeIP(address, ipv6Network);
  return isIPv6(key) ? `${key}/${ipv6Network}` : key;
}
