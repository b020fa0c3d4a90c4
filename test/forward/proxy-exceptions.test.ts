import { describe, expect, it } from 'vitest';
import { compileProxyExceptions } from '../../src/forward/proxy-exceptions.ts';

describe('exceptions of a proxy', () => {
  it.each([
    ['*', 'https://anything.example', true],
    ['other, *', 'http://[::1]:9200', true],
    ['*:9200', 'https://es.example:9200', true],
    ['*:9200', 'https://es.example', false],
    ['', 'https://es.example', false],
    ['example.com', 'https://example.com', true],
    ['example.com', 'https://ES.Example.Com:9200', true],
    ['.example.com', 'https://es.example.com', true],
    ['.example.com', 'https://example.com', true],
    ['*.example.com', 'https://es.example.com', true],
    ['*.example.com', 'https://example.com', false],
    ['example.com', 'https://notexample.com', false],
    ['example.com', 'https://example.com.evil.test', false],
    ['example.com.', 'https://example.com', true],
    ['example.com', 'https://example.com./', true],
    ['EXAMPLE.com', 'https://example.com', true],
    ['a.test b.test,c.test', 'https://b.test', true],
    ['es.test:9200', 'https://es.test:9200', true],
    ['es.test:9200', 'https://es.test', false],
    ['es.test:443', 'https://es.test', true],
    ['es.test:80', 'http://es.test', true],
    ['10.0.0.0/8', 'https://10.1.2.3:9200', true],
    ['10.0.0.0/8', 'https://11.1.2.3', false],
    ['10.0.0.0/8:9200', 'https://10.1.2.3:9200', true],
    ['10.0.0.0/8:9200', 'https://10.1.2.3', false],
    ['10.0.0.0/8', 'https://ten.example', false],
    ['10.0.0.0/8', 'https://10.evil.test', false],
    ['127.0.0.1', 'http://0x7f000001/', true],
    ['0.0.0.0/0', 'http://192.0.2.1', true],
    ['0.0.0.0/0', 'http://[2001:db8::1]', false],
    ['::1', 'http://[::1]:9200', true],
    ['[::1]', 'http://[::1]:9200', true],
    ['[::1]:9200', 'http://[::1]:9200', true],
    ['[::1]:9201', 'http://[::1]:9200', false],
    ['2001:DB8:0::1', 'https://[2001:db8::1]', true],
    ['fd00::/8', 'https://[fd12:3456::9]', true],
    ['[fd00::/8]:443', 'https://[fd12:3456::9]', true],
    ['fd00::/8', 'https://[fe80::9]', false],
  ])('%s, of %s: %s', (list, url, expected) => {
    expect(compileProxyExceptions(list)(new URL(url))).toBe(expected);
  });

  it.each(['10.0.0.1/8', '10.0.0.0/33', 'example.com/24', 'fd00::1/8'])('refuse %s', (list) => {
    expect(() => compileProxyExceptions(list)).toThrow(
      expect.objectContaining({ code: 'PC_FORWARD_CONFIG', message: expect.stringContaining(list) }),
    );
  });
});
