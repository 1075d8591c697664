export { type ConnectionFault, connectionFaultOf } from './connection-fault.ts';
export { type Client, type ClientOf, createClient, type InputOf } from './create-client.ts';
export { serviceCall } from './service-call.ts';
