export { type ConnectionFault, connectionFaultOf } from './connection-fault.ts';
export { type Client, type ClientOf, createClient, type StreamsOf } from './create-client.ts';
export type { StreamEvent } from './read-events.ts';
export { createRestartWindow, maxBrokenReads, restartDelaysMs } from './restart-window.ts';
export { serviceCall } from './service-call.ts';
export { dataOf, type ServerSentEvent } from './sse-data.ts';
export { createSseSplitter, type SseSplitter } from './sse-splitter.ts';
