import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A mail as the server received it. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
}

export interface TestMailServer {
  /** Value for SMTP_URL. */
  readonly url: string;
  /** Accepted mails in the order of their arrival. */
  readonly mails: readonly ReceivedMail[];
  /** Refuses the next mails with these statuses, one status each. */
  refuse(...statuses: readonly number[]): void;
  stop(): Promise<void>;
}

/** Starts an SMTP server that keeps the mails it receives. */
export async function startTestMailServer(
  { port }: { readonly port: number } = { port: 0 },
): Promise<TestMailServer> {
  const mails: ReceivedMail[] = [];
  const refusals: number[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const status = refusals.shift();
        if (status !== undefined) {
          done(Object.assign(new Error('Refused by the test'), { responseCode: status }));
          return;
        }
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom ? mailFrom.address : '';
        mails.push({
          from,
          to: rcptTo.map(({ address }) => address),
          ...parse(Buffer.concat(chunks).toString()),
        });
        done();
      });
    },
  });
  server.listen(port, '127.0.0.1');
  await once(server.server, 'listening');
  const { port: listening } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${listening}`,
    mails,
    refuse: (...statuses) => void refusals.push(...statuses),
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

function parse(raw: string): { readonly subject: string; readonly text: string } {
  const end = raw.indexOf('\r\n\r\n');
  const header = raw.slice(0, end).replaceAll(/\r\n\s+/g, ' ');
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(header)?.[1]?.trim() ?? '';
  return { subject: field('subject'), text: decode(field('content-transfer-encoding'), raw.slice(end + 4)) };
}

function decode(encoding: string, body: string): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString();
  const text = body.replaceAll('\r\n', '\n');
  if (encoding !== 'quoted-printable') return text;
  const bytes = text
    .replaceAll('=\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}
