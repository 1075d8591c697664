import rateLimit from '@fastify/rate-limit';

/** Of an IPv6 address the network (/64) counts, as one household or server has all addresses of it. */
const ipv6Network = 64;

/** An address as limits count it. */
export function addressKey(address: string): string {
  return rateLimit.normalizeIP(address, ipv6Network);
}
