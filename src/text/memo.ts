/**
 * Remembers a pure function of a string; forgets everything once it holds `capacity` answers. Names, paths and
 * command lines repeat from event to event: what is made of them need be made once, and kept in one copy.
 */
export function memoize<T>(compute: (key: string) => T, capacity: number): (key: string) => T {
  const known = new Map<string, T>();
  return (key) => {
    let value = known.get(key);
    if (value === undefined) {
      value = compute(key);
      // A key of a hostile size is not kept.
      if (key.length <= 1024) {
        if (known.size >= capacity) known.clear();
        known.set(key, value);
      }
    }
    return value;
  };
}
