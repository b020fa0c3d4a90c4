/**
 * Where the stages between a detection and a person keep what they must not forget. Values are plain data;
 * `put` and `remove` belong in the transaction of the batch that brought the change.
 */
export interface StatePort {
  /** All that was put under a kind, in the order of the keys as text. */
  load(kind: string): Iterable<readonly [key: string, value: unknown]>;
  put(kind: string, key: string, value: unknown): void;
  remove(kind: string, key: string): void;
}

/** A number as a key that sorts. */
export function serialKey(serial: number): string {
  return String(serial).padStart(16, '0');
}
