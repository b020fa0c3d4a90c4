/**
 * JSON that keeps keys whose value is `undefined`: an event has every key, and JSON has no `undefined`.
 * Nothing stored so may hold `null`.
 */
export function packJson(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => (item === undefined ? null : item));
}

export function unpackJson<T>(text: string): T {
  return reviveUndefined(JSON.parse(text)) as T;
}

function reviveUndefined(value: unknown): unknown {
  if (value === null) return undefined;
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(reviveUndefined);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, reviveUndefined(item)]));
}
