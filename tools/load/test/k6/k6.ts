/** Stands in for the module k6: pauses take no time. */
export const sleep = (_seconds: number): void => undefined;
