import { distance } from 'fastest-levenshtein';

/**
 * The candidate that `text` was probably meant to be, or `undefined` when none is near: a third of the longer
 * one's letters may differ, and always two (swapped neighbours) unless both are very short. Case does not
 * count. Ties go to the first candidate.
 */
export function findNearest(text: string, candidates: Iterable<string>): string | undefined {
  const wanted = text.slice(0, 256).toLowerCase();
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const edits = distance(wanted, candidate.toLowerCase());
    const longer = Math.max(wanted.length, candidate.length);
    const allowed = Math.max(longer < 4 ? 1 : 2, Math.floor(longer / 3));
    if (edits <= allowed && edits < bestDistance) {
      best = candidate;
      bestDistance = edits;
    }
  }
  return best;
}
