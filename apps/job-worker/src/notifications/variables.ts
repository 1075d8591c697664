import { mailFaults, mailVariables } from '@valuecanvas/mail';
import { webhookSecretPattern } from '@valuecanvas/webhooks';
import Type from 'typebox';

/** Environment variables of the channels on which operators are notified. */
export const notificationVariables = {
  NOTIFICATION_WEBHOOK_URL: Type.Optional(
    Type.String({
      secret: true,
      format: 'url',
      description: 'Address that receives signed notifications of operators, with https. Default none.',
    }),
  ),
  NOTIFICATION_WEBHOOK_SECRET: Type.Optional(
    Type.String({
      secret: true,
      pattern: webhookSecretPattern,
      description:
        'Secret that signs notifications: whsec_ and 24 to 64 bytes in base64. Two of them, separated by a comma, while it is replaced. Required with NOTIFICATION_WEBHOOK_URL.',
    }),
  ),
  SLACK_WEBHOOK_URL: Type.Optional(
    Type.String({
      secret: true,
      format: 'url',
      description:
        'Incoming webhook of Slack, or of a compatible service, that receives notifications of operators. Default none.',
    }),
  ),
  ...mailVariables,
  ALERT_EMAIL: Type.Optional(
    Type.String({
      maxLength: 320,
      pattern: '^[^@\\s,]+@[^@\\s,]+$',
      description: 'Address that receives notifications of operators by mail. Needs SMTP_URL. Default none.',
    }),
  ),
  NOTIFICATION_ALLOW_PRIVATE_TARGETS: Type.Boolean({
    default: false,
    description: 'Whether notifications may go to addresses of private networks and over HTTP without TLS.',
  }),
  NOTIFICATION_POLL_MS: Type.Integer({
    minimum: 50,
    default: 2_000,
    description: 'Milliseconds between searches for notifications that are due.',
  }),
};

/** Checks the variables against each other. Returns one message per fault. */
export function notificationFaults(config: {
  readonly NOTIFICATION_WEBHOOK_URL?: string | undefined;
  readonly NOTIFICATION_WEBHOOK_SECRET?: string | undefined;
  readonly ALERT_EMAIL?: string | undefined;
  readonly SMTP_URL?: string | undefined;
  readonly EMAIL_FROM?: string | undefined;
}): string[] {
  const faults = mailFaults(config);
  if (config.NOTIFICATION_WEBHOOK_URL !== undefined && config.NOTIFICATION_WEBHOOK_SECRET === undefined)
    faults.push('NOTIFICATION_WEBHOOK_SECRET is required with NOTIFICATION_WEBHOOK_URL.');
  return faults;
}
