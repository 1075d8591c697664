export { ApiError, type FieldFault } from './api-error.ts';
export { createWebClient, type WebClient } from './create-web-client.ts';
export { requestLimits } from './routes.generated.ts';
export type { EventOf, FileName, InputOf, ResultOf, RouteName } from './typed-routes.ts';
