/** Stands in a body where each sending gets a number of its own, so that no two bodies are the same. */
export const numberPlace = '#000000000000';

const numberSign = numberPlace.charCodeAt(0);
const digits = numberPlace.length - 1;

/** The bytes of a JSON request; a body that is a text is sent as it is. */
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

/** Writes the next number into the last number place of each request that it is given. */
export function createNumbering(): (request: Buffer) => void {
  let next = 1;
  return (request) => {
    const place = request.lastIndexOf(numberSign) + 1;
    request.write(String(next).padStart(digits, '0'), place, 'latin1');
    next += 1;
  };
}
