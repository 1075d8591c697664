import { pathToFileURL } from 'node:url';
import { announce } from '../../platform/announce.ts';

/** Runs Portkey's start script, the first argument, in a process that exits with its parent. */
const [, , script = ''] = process.argv;
announce('');
await import(pathToFileURL(script).href);
