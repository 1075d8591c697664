import { startSimulator } from '@valuecanvas/llm-simulator';
import { announce } from '../../platform/announce.ts';

/** The provider for whole answers. */
const simulator = await startSimulator();
announce(new URL(simulator.url).origin);
