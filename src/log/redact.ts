/** What stands for a secret wherever something is printed. */
export const redacted = '[redacted]';

const secretName =
  /(?:password|passwd|passphrase|secret|token|apikey|authorization|cookie|credentials?|privatekey)$/;

/** Whether a value under this name must not be printed: `password`, `apiKey`, `X-Auth-Token`, … */
export function isSecretName(name: string): boolean {
  return secretName.test(name.toLowerCase().replace(/[-_.\s]/g, ''));
}

/** `scheme://user:password@host`: the part between the colon and the last @ before the path. */
const urlPassword = /([a-z][a-z0-9+.-]{0,31}:\/\/[^\s/?#:@]{0,256}:)[^\s/?#]{1,1024}@/gi;

/** `Authorization: Bearer …` and its kin inside longer text. */
const authorization = /\b(bearer|basic|apikey|splunk)(\s+)[A-Za-z0-9._~+/=-]{8,}/gi;

/** Shorter values would blot out ordinary text. */
const minSecretLength = 6;

/** Makes the function that takes secrets out of text: known values, passwords in URLs, authorization headers. */
export function createRedactor(secrets: readonly string[] = []): (text: string) => string {
  // Longest first, so that a secret which contains another leaves no remainder.
  const known = secrets.filter((each) => each.length >= minSecretLength).sort((a, b) => b.length - a.length);
  return (text) => {
    let safe = text;
    for (const secret of known) safe = safe.replaceAll(secret, redacted);
    return safe.replace(urlPassword, `$1${redacted}@`).replace(authorization, `$1$2${redacted}`);
  };
}
