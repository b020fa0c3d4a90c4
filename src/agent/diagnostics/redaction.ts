import { createRedactor } from '../../log/index.ts';

/** A user's own folder in a path, also with backslashes that JSON has doubled. */
const homeFolder = /([\\/]+(?:Users|home)[\\/]+)[^\\/"\n]+/gi;
/** Who did something, as the response's journal writes it. */
const person = /\b(by )[^\s@"]+@[^\s:;,"]+/g;

export interface RedactionOptions {
  readonly secrets: readonly string[];
  /** Also takes out who the users of the machine are. */
  readonly hidePeople: boolean;
}

/** Makes the function that every text of a diagnostics archive goes through. */
export function createRedaction({ secrets, hidePeople }: RedactionOptions): (text: string) => string {
  const forms = secrets.flatMap((secret) => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
  ]);
  const hideSecrets = createRedactor([...new Set(forms)]);
  return (text) => {
    const safe = hideSecrets(text);
    return hidePeople ? safe.replace(homeFolder, '$1(user)').replace(person, '$1(person)') : safe;
  };
}

/** What of the agent's own log says nothing about people: when, how bad, the static message, codes and counts. */
export function summarizeLogLine(line: string): string | undefined {
  let parsed: Record<string, unknown>;
  try {
    parsed = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  const fields = parsed['fields'];
  const kept =
    typeof fields === 'object' && fields !== null
      ? Object.entries(fields).filter(
          ([name, value]) => name === 'code' || typeof value === 'number' || typeof value === 'boolean',
        )
      : [];
  return JSON.stringify({
    '@timestamp': parsed['@timestamp'],
    'log.level': parsed['log.level'],
    message: parsed['message'],
    fields: Object.fromEntries(kept),
  });
}
