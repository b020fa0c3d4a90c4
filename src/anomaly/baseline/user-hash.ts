import { createHmac } from 'node:crypto';

/** Turns users into names that only the organisation's key can find again. */
export interface UserHash {
  /** Tells baselines of different keys apart, without telling the key. */
  readonly keyId: string;
  /** HMAC-SHA256 of the user's key, 32 hexadecimal digits. */
  hash(user: string): string;
}

export function createUserHash(key: string): UserHash {
  const digest = (text: string): string =>
    createHmac('sha256', key).update(text, 'utf8').digest('hex').slice(0, 32);
  return {
    keyId: digest('problemchild baseline key').slice(0, 16),
    hash: (user) => digest(`user\n${user}`),
  };
}
