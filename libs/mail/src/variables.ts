import Type from 'typebox';

/** Environment variables of a service that sends mail. */
export const mailVariables = {
  SMTP_URL: Type.Optional(
    Type.String({
      secret: true,
      format: 'url',
      description:
        'Mail server, as smtp://user:password@host:587 (STARTTLS where the server offers it, required with ?requireTLS=true) or smtps://user:password@host:465. If absent, no mail is sent.',
    }),
  ),
  EMAIL_FROM: Type.Optional(
    Type.String({
      maxLength: 320,
      description: 'Sender of mails, such as ValueCanvas <no-reply@example.com>. Required with SMTP_URL.',
    }),
  ),
};

/** Checks the variables against each other. Returns one message per fault. */
export function mailFaults(config: {
  readonly SMTP_URL?: string | undefined;
  readonly EMAIL_FROM?: string | undefined;
}): string[] {
  const { SMTP_URL, EMAIL_FROM } = config;
  if (SMTP_URL === undefined) return [];
  const faults = /^smtps?:\/\//i.test(SMTP_URL) ? [] : ['SMTP_URL must begin with smtp:// or smtps://'];
  return EMAIL_FROM?.includes('@')
    ? faults
    : [...faults, 'EMAIL_FROM is required with SMTP_URL, with the e-mail address of the sender'];
}
