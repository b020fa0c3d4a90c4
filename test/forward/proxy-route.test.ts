import { describe, expect, it } from 'vitest';
import { SecretOpener } from '../../src/forward/index.ts';
import { openProxy } from '../../src/forward/proxy-route.ts';

const target = new URL('https://es.example');
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

function openEnv(env: Record<string, string>) {
  const secrets = new SecretOpener({ env });
  return { route: openProxy('environment', env, secrets), secrets };
}

describe('the proxies of a destination', () => {
  it.each([
    ['http://user:pass-phrase@proxy:3128', 'user:pass-phrase'],
    ['http://user:p%40ss%3Aword@proxy:3128', 'user:p@ss:word'],
    ['http://user:100%25-or-100%@proxy:3128', 'user:100%25-or-100%'],
    ['http://user@proxy:3128', 'user:'],
    ['http://:only-a-key@proxy:3128', ':only-a-key'],
  ])('take user and password out of %s', (url, credentials) => {
    const { route, secrets } = openEnv({ HTTPS_PROXY: url });
    expect(route?.https).toEqual({ url: 'http://proxy:3128', authorization: basic(credentials) });
    expect(route?.http).toBeUndefined();
    const [, password = ''] = credentials.split(/:(.*)/);
    if (password !== '') {
      expect(secrets.redact(`${url} ${basic(credentials)} ${password}`)).not.toContain(password);
      expect(secrets.redact(basic(credentials))).not.toContain(basic(credentials).slice(6));
    }
  });

  it('prefer the lower case, and use the plain one for both schemes', () => {
    const { route } = openEnv({ HTTP_PROXY: 'http://upper:1', http_proxy: 'http://lower:1' });
    expect([route?.http?.url, route?.https?.url]).toEqual(['http://lower:1', 'http://lower:1']);
    expect(openEnv({}).route).toBeUndefined();
    expect(openEnv({ HTTPS_PROXY: '' }).route).toBeUndefined();
  });

  it('are none for what NO_PROXY names', () => {
    const { route } = openEnv({ HTTPS_PROXY: 'http://proxy:1', no_proxy: 'es.example' });
    expect(route?.isExcepted(target)).toBe(true);
    expect(route?.isExcepted(new URL('https://other.example'))).toBe(false);
  });

  it.each(['proxy:3128', 'socks5://proxy:1080', 'http://', 'file:///etc/passwd', 'http://pro xy'])(
    'are refused as %s, without showing it',
    (url) => {
      const env = { HTTPS_PROXY: url };
      expect(() => openEnv(env)).toThrow(expect.objectContaining({ code: 'PC_FORWARD_CONFIG' }));
    },
  );
});
