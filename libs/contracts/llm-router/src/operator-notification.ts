import { defineFact, Notification } from '@valuecanvas/contracts-core';

/** A notification of an event that has no transaction in PostgreSQL, such as a breaker that opens. */
export const operatorNotification = defineFact({
  name: 'llm.notification',
  owner: 'llm-router',
  description: 'Operators must be notified of an event in the router.',
  schema: Notification,
});
