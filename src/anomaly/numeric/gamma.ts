/** Lanczos' approximation (g = 7, 9 terms); relative error below 1e-14 for x > 0. */
const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** ln Γ(x) for x > 0. */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const z = x - 1;
  let sum = lanczos[0]!;
  for (let i = 1; i < lanczos.length; i++) sum += lanczos[i]! / (z + i);
  const t = z + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** P(X ≥ x) of the sum of `count` exponential variables of mean 1. */
export function erlangTail(count: number, x: number): number {
  if (x <= 0) return 1;
  let term = 1;
  let sum = 1;
  for (let i = 1; i < count; i++) {
    term *= x / i;
    sum += term;
  }
  return Math.min(1, Math.exp(-x) * sum);
}
