export { checkMailServer, type Mail, type Mailer, openMailer } from './open-mailer.ts';
export { mailFaults, mailVariables } from './variables.ts';
