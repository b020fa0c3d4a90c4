/**
 * JSON that keeps keys whose value is `undefined`: an event has every key, and JSON has no `undefined`.
 * Nothing packed may hold `null`.
 */
export function packJson(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => (item === undefined ? null : item));
}

export function unpackJson<T>(text: string): T {
  return revive(JSON.parse(text) as T);
}

/** What was packed, out of its parsed JSON. */
export function revive<T>(value: T): T {
  if (value === null) return undefined as T;
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(revive) as T;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, revive(item)])) as T;
}
