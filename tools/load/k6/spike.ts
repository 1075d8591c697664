import { k6Scenario } from './scenario.ts';

const scenario = k6Scenario('spike');

export const { options, setup, teardown } = scenario;
export default scenario.iterate;
