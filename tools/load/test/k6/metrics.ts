/** Stands in for k6/metrics: keeps the values of each metric by name. */
export const values = new Map<string, number[]>();

class Metric {
  readonly #values: number[] = [];

  constructor(name: string) {
    values.set(name, this.#values);
  }

  add(value: number | boolean): void {
    this.#values.push(Number(value));
  }
}

export const Rate = Metric;
export const Counter = Metric;
