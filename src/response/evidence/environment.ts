import { matchesWildcard } from '../../detection/index.ts';
import { createRedactor, redacted } from '../../log/index.ts';

/**
 * Environment entries without their secrets: the value of a name that fits a pattern is left out whole, and a
 * password inside a URL or an authorization header goes from any other. Names are always kept: that a variable was
 * there is evidence.
 */
export function redactEnvironment(entries: readonly string[], secretNames: readonly string[]): string[] {
  const patterns = secretNames.map((pattern) => pattern.toLowerCase());
  return entries.map((entry) => {
    // Names such as `=C:`, where cmd.exe keeps the folder of each drive, begin with the sign that ends others.
    const at = entry.indexOf('=', 1);
    if (at === -1) return redactText(entry);
    const name = entry.slice(0, at);
    const isSecret = patterns.some((pattern) => matchesWildcard(name.toLowerCase(), pattern));
    return `${name}=${isSecret ? redacted : redactText(entry.slice(at + 1))}`;
  });
}

const redactText = createRedactor();
