import { tcpExchange } from '../tcp-exchange.ts';

/** Sends inline commands to the server of a redis:// URL and returns one reply line for each. */
export async function redisCommands(url: string, ...commands: string[]): Promise<string[]> {
  const { port, password } = new URL(url);
  const sent = [...(password ? [`AUTH ${password}`] : []), ...commands];
  const lines = (reply: Buffer) => reply.toString().split('\r\n').slice(0, -1);
  const request = Buffer.from(sent.map((command) => `${command}\r\n`).join(''));
  const reply = await tcpExchange(Number(port), request, (bytes) => lines(bytes).length >= sent.length);
  return lines(reply ?? Buffer.alloc(0)).slice(password ? 1 : 0);
}
