import type { SecretOpener, SecretRef } from './secret.ts';

/** How a request says who sends it. */
export interface AuthSettings {
  /** Elasticsearch: the `encoded` form, or `id:key`. */
  readonly apiKey: SecretRef | null;
  readonly user: string | null;
  readonly password: SecretRef | null;
}

/** The Authorization header, if any. */
export function openAuthorization(
  { apiKey, user, password }: AuthSettings,
  secrets: SecretOpener,
): string | undefined {
  if (apiKey !== null) {
    const key = secrets.openForHeader(apiKey, 'the API key');
    return header('ApiKey', key.includes(':') ? Buffer.from(key).toString('base64') : key);
  }
  if (user === null) return undefined;
  const secret = secrets.openOptional(password) ?? '';
  return header('Basic', Buffer.from(`${user}:${secret}`).toString('base64'));

  function header(scheme: string, credentials: string): string {
    secrets.note(credentials);
    return `${scheme} ${credentials}`;
  }
}
