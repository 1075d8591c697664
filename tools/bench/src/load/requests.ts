/** Placeholder in a body for a unique number per send. */
export const numberPlace = '#000000000000';

const numberSign = numberPlace.charCodeAt(0);
const digits = numberPlace.length - 1;

/** Serializes a JSON request; a string body is sent unchanged. */
export function jsonRequest(path: string, headers: Readonly<Record<string, string>>, body: unknown): Buffer {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const lines = Object.entries({
    host: '127.0.0.1',
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(text)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${text}`);
}

/** Writes the next number into the last placeholder of each request. */
export function createNumbering(): (request: Buffer) => void {
  let next = 1;
  return (request) => {
    const place = request.lastIndexOf(numberSign) + 1;
    request.write(String(next).padStart(digits, '0'), place, 'latin1');
    next += 1;
  };
}
