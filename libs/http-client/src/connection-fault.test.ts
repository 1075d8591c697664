import { expect, test } from 'vitest';
import { type ConnectionFault, connectionFaultOf } from './connection-fault.ts';

test.each<[string, object, ConnectionFault | undefined]>([
  ['a refused connection', { code: 'ECONNREFUSED', syscall: 'connect' }, 'never_received'],
  ['a connection reset during connect', { code: 'ECONNRESET', syscall: 'connect' }, 'never_received'],
  ['a connection reset in use', { code: 'ECONNRESET', syscall: 'read' }, 'broken'],
  ['a connection that ended', { code: 'UND_ERR_SOCKET' }, 'broken'],
  ['a late response', { code: 'UND_ERR_HEADERS_TIMEOUT' }, 'late'],
  ['an error of another kind', { code: 'ENOENT', syscall: 'open' }, undefined],
])('%s', (_name, fields, fault) => {
  const error = Object.assign(new Error('failed'), fields);
  expect(connectionFaultOf(error)).toBe(fault);
  expect(connectionFaultOf(new TypeError('fetch failed', { cause: error }))).toBe(fault);
});
