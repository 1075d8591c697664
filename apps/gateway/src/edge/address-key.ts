import { isIP, isIPv6 } from 'node:net';
import rateLimit from '@fastify/rate-limit';

/** Of an IPv6 address the network (/64) counts, as one household or server has all addresses of it. */
const ipv6Network = 64;

/** `203.0.113.9:4711` and `[2001:db8::1]:4711`, as some proxies write down whom they speak for. */
const withPort = /^(?:\[(?<six>[^\]]+)\]|(?<four>[\d.]+))(?::\d{1,5})?$/;

/**
 * An address as limits count it, and as PostgreSQL reads it: `203.0.113.9`, `2001:db8:1:1::/64`. Undefined where a
 * trusted proxy has named something else than an address.
 */
export function addressKey(given: string): string | undefined {
  const { six, four } = withPort.exec(given)?.groups ?? {};
  const address = six ?? four ?? given;
  if (isIP(address) === 0) return undefined;
  const key = rateLimit.normalizeIP(address, ipv6Network);
  return isIPv6(key) ? `${key}/${ipv6Network}` : key;
}
