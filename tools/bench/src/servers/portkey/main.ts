import { pathToFileURL } from 'node:url';
import { announce } from '../../platform/announce.ts';

/** Portkey's own start script, named by the first argument, in a process that ends with its parent. */
const [, , script = ''] = process.argv;
announce('');
await import(pathToFileURL(script).href);
