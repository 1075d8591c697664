const halfLogOfTwoPi = 0.5 * Math.log(2 * Math.PI);

/** Coefficients of Stirling's series, from Abramowitz and Stegun (1964), 6.1.41. */
const stirling = [1 / 12, -1 / 360, 1 / 1_260, -1 / 1_680, 1 / 1_188] as const;

/** Returns the natural logarithm of the gamma function for a positive number, to a relative error of about 1e-15. */
export function logGamma(x: number): number {
  let shift = 0;
  let from = x;
  // The series is accurate for large numbers. The recurrence Γ(x + 1) = x Γ(x) leads there.
  for (; from < 16; from += 1) shift += Math.log(from);
  const square = from * from;
  let power = from;
  let series = 0;
  for (const coefficient of stirling) {
    series += coefficient / power;
    power *= square;
  }
  return (from - 0.5) * Math.log(from) - from + halfLogOfTwoPi + series - shift;
}

/**
 * Returns the natural logarithm of the standard normal distribution function, by the series of Marsaglia (2004),
 * "Evaluating the Normal Distribution", and by the continued fraction of Laplace in the lower tail.
 */
export function logNormalCdf(x: number): number {
  const logDensity = -0.5 * x * x - halfLogOfTwoPi;
  if (x > 9) return 0;
  if (x < -5) {
    let fraction = -x;
    for (let term = 60; term > 0; term -= 1) fraction = -x + term / fraction;
    return logDensity - Math.log(fraction);
  }
  let term = x;
  let series = x;
  for (let odd = 3; Math.abs(term) > 1e-17 * Math.abs(series); odd += 2) {
    term *= (x * x) / odd;
    series += term;
  }
  return Math.log(0.5 + Math.exp(logDensity) * series);
}

/** Returns ln(Σ exp(value)) without overflow. */
export function logSumExp(values: readonly number[]): number {
  const largest = Math.max(...values);
  if (largest === Number.NEGATIVE_INFINITY) return largest;
  return largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0));
}
