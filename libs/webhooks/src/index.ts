export { createWebhookSender, type WebhookSender } from './create-webhook-sender.ts';
export { signatureHeaders, webhookSecretPattern } from './signature-headers.ts';
