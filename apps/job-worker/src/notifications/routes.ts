import type { jobWorkerContract } from '@valuecanvas/contracts-job-worker';
import type { HandlersOf } from '@valuecanvas/service-kit';
import type { NotificationsService } from './notifications.service.ts';

export const notificationRoutes = (notifications: NotificationsService) =>
  ({
    listNotifications: ({ query, page }) => notifications.list(query.status, page),
    redeliverNotification: (call) => notifications.redeliver(call.params.id, call),
  }) satisfies Partial<HandlersOf<typeof jobWorkerContract>>;
