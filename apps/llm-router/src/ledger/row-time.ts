/** When a row came about: the first 48 bits of its UUIDv7 are milliseconds since the epoch (RFC 9562, 5.7). */
export function timeOf(uuid: string): Date {
  return new Date(Number.parseInt(uuid.replaceAll('-', '').slice(0, 12), 16));
}
