import fc from 'fast-check';
import { expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/index.ts';
import { redactEnvironment } from '../../../src/response/evidence/environment.ts';

const { secretNames } = loadConfig({ env: {}, flags: [], file: undefined }).config.response.evidence;

it.each([
  ['Path=C:\\Windows', 'Path=C:\\Windows'],
  ['AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI', 'AWS_SECRET_ACCESS_KEY=[redacted]'],
  ['AWS_ACCESS_KEY_ID=AKIA', 'AWS_ACCESS_KEY_ID=[redacted]'],
  ['GITHUB_TOKEN=ghp_x=y', 'GITHUB_TOKEN=[redacted]'],
  ['DbPassword=a', 'DbPassword=[redacted]'],
  ['PGPASSWORD=', 'PGPASSWORD=[redacted]'],
  ['SQL_CONNECTION_STRING=Server=a;Pwd=b', 'SQL_CONNECTION_STRING=[redacted]'],
  ['HTTPS_PROXY=http://anna:hunter2@proxy:8080/', 'HTTPS_PROXY=http://anna:[redacted]@proxy:8080/'],
  ['HEADERS=Authorization: Bearer abcdefghijkl', 'HEADERS=Authorization: Bearer [redacted]'],
  ['=C:=C:\\Users', '=C:=C:\\Users'],
  ['no sign at all', 'no sign at all'],
  ['KEYBOARD=de', 'KEYBOARD=de'],
  ['PSModulePath=x', 'PSModulePath=x'],
])('%s', (entry, kept) => {
  expect(redactEnvironment([entry], secretNames)).toEqual([kept]);
});

it('keeps every name and never the value of one that fits', () => {
  const name = fc.stringMatching(/^[A-Z_]{1,12}$/);
  const value = fc.stringMatching(/^[a-z0-9]{12,40}$/);
  fc.assert(
    fc.property(name, fc.constantFrom('TOKEN', 'password', 'Api_Key'), value, (front, secret, hidden) => {
      const [kept] = redactEnvironment([`${front}${secret}${front}=${hidden}`], secretNames);
      expect(kept).toBe(`${front}${secret}${front}=[redacted]`);
    }),
  );
});
