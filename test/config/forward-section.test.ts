import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatConfig, loadConfig } from '../../src/config/index.ts';

function load(yaml: string) {
  const folder = mkdtempSync(join(tmpdir(), 'pc-forward-config-'));
  try {
    const file = join(folder, 'agent.yaml');
    writeFileSync(file, yaml, { mode: 0o600 });
    return { folder, loaded: loadConfig({ file, env: {} }) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('forward.destinations', () => {
  it('has a type for each kind of receiver, with everything else at its default', () => {
    const { loaded, folder } = load(`
forward:
  destinations:
    elastic: {type: elasticsearch, hosts: ['https://es:9200'], apiKey: {env: ES_KEY}, tls: {caFile: ca.pem}}
    siem: {type: syslog, host: siem.example}
    hec: {type: splunk, url: 'https://splunk:8088', token: {file: token.txt}}
`);
    const { elastic, siem, hec } = loaded.config.forward.destinations;
    expect(elastic).toMatchObject({
      index: 'logs-problemchild.{kind}-default',
      gzip: true,
      proxy: 'environment',
      apiKey: { env: 'ES_KEY' },
      tls: { caFile: join(folder, 'ca.pem'), systemStore: true },
    });
    expect(siem).toMatchObject({ protocol: 'tls', port: 6514, message: 'json' });
    expect(hec).toMatchObject({ token: { file: join(folder, 'token.txt') } });
  });

  it('shows no secret, however it is written, but where it is kept', () => {
    const { loaded } = load(`
forward:
  destinations:
    elastic: {type: elasticsearch, hosts: ['https://es:9200'], apiKey: plain-api-key}
    proxied: {type: otlp, url: 'https://otel', proxy: {url: 'http://proxy:3128', user: u, password: proxy-password}}
    slack: {type: webhook, url: 'https://hooks.slack.com/services/T0/B0/hook-secret', template: slack, headers: {X-Key: header-secret}}
    hec: {type: splunk, url: 'https://splunk:8088', token: {env: HEC_TOKEN}}
`);
    const shown = formatConfig(loaded);
    for (const secret of ['plain-api-key', 'proxy-password', 'hook-secret', 'header-secret']) {
      expect(shown).not.toContain(secret);
    }
    expect(shown).toContain('HEC_TOKEN');
    expect(shown.match(/secret, not shown/g)?.length).toBeGreaterThanOrEqual(4);
  });

  it.each([
    ['{type: elasticsearch, hosts: [ftp://es]}', 'a URL with http or https'],
    ['{type: elasticsearch, hosts: ["https://elastic:changeme@es"]}', 'a URL without user and password'],
    ['{type: telegraph}', 'type'],
    ['{type: otlp, url: \'https://o\', headers: {"X-A: b": c}}', 'the name of an HTTP header'],
    ['{type: otlp, url: "https://o", headers: {"X\\nHost": c}}', 'the name of an HTTP header'],
    [
      "{type: otlp, url: 'https://o', headers: {Content-Length: '5'}}",
      'a header that the agent does not write',
    ],
    ["{type: otlp, url: 'https://o', headers: {HOST: other}}", 'a header that the agent does not write'],
    ['{type: syslog, host: a, fields: {event.id: null}}', 'a field other than event.id'],
    ['{type: syslog, host: a, tls: {rejectUnauthorized: false}}', 'unknown key'],
  ])('refuses %s', (yaml, message) => {
    expect(() => load(`forward: {destinations: {x: ${yaml}}}`)).toThrow(message);
  });

  it('does not show a secret that does not fit either', () => {
    const token = 's3cr3t'.repeat(10_000);
    const yaml = `forward: {destinations: {x: {type: splunk, url: 'https://s', token: ${token}}}}`;
    expect(() => load(yaml)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('s3cr3t') }),
    );
  });
});
