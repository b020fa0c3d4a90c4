import { describe, expect, test } from 'vitest';
import { planInstallation } from '../../../src/agent/installation/plan.ts';
import { parseInstallRequest } from '../../../src/agent/installation/request.ts';

const keep = ({ name, value }: { name: string; value: string }) => ({ kept: `${name}=${value}` });

function destinationOf(properties: Record<string, string>): unknown {
  const { forward } = planInstallation(properties, keep).config as {
    forward: { destinations: { siem: unknown } };
  };
  return forward.destinations.siem;
}

describe('destinations', () => {
  test.each([
    [
      {
        SIEM_TYPE: 'elasticsearch',
        SIEM_URL: 'https://a.example:9200, https://b.example:9200',
        SIEM_TOKEN: 'k',
      },
      {
        type: 'elasticsearch',
        hosts: ['https://a.example:9200', 'https://b.example:9200'],
        apiKey: { kept: 'siem-token=k' },
      },
    ],
    [
      { SIEM_TYPE: 'splunk', SIEM_URL: 'https://s.example', SIEM_TOKEN: 't', SIEM_CA: 'C:\\my ca.pem' },
      {
        type: 'splunk',
        url: 'https://s.example',
        token: { kept: 'siem-token=t' },
        tls: { caFile: 'siem-ca.pem' },
      },
    ],
    [
      { SIEM_TYPE: 'syslog', SIEM_URL: 'log.example' },
      { type: 'syslog', host: 'log.example' },
    ],
    [
      { SIEM_TYPE: 'syslog', SIEM_URL: 'TCP://[fe80::1]:601' },
      { type: 'syslog', host: 'fe80::1', protocol: 'tcp', port: 601 },
    ],
    [
      {
        SIEM_TYPE: 'webhook',
        SIEM_URL: 'https://w.example',
        PROXY: 'http://us%65r:p%40ss@proxy.example:8080',
      },
      {
        type: 'webhook',
        url: 'https://w.example',
        proxy: {
          url: 'http://proxy.example:8080',
          user: 'user',
          password: { kept: 'proxy-password=p@ss' },
        },
      },
    ],
    [{ SIEM_TYPE: 'eventlog' }, { type: 'eventlog' }],
  ])('%o', (properties, expected) => {
    expect(destinationOf(properties as Record<string, string>)).toEqual(expected);
  });
});

test.each([
  [{ SIEM_URL: 'https://s.example' }, /SIEM_URL is given without SIEM_TYPE/],
  [{ SIEM_TYPE: 'kafka', SIEM_URL: 'x' }, /SIEM_TYPE is one of/],
  [{ SIEM_TYPE: 'constructor', SIEM_URL: 'x' }, /SIEM_TYPE is one of/],
  [{ SIEM_TYPE: 'splunk', SIEM_URL: 'https://s.example' }, /needs the SIEM_TOKEN/],
  [{ SIEM_TYPE: 'elasticsearch' }, /needs SIEM_URL/],
  [{ SIEM_TYPE: 'syslog', SIEM_URL: 'ftp://x' }, /SIEM_URL of syslog/],
  [{ SIEM_TYPE: 'syslog', SIEM_URL: 'x', PROXY: 'none' }, /receivers over HTTP/],
  [{ CONFIGFILE: 'C:\\c.yaml', RESPONSE_MODE: 'audit', SOURCES: 'etw' }, /RESPONSE_MODE, SOURCES cannot/],
  [{ CONFIGFILE: 'c.yaml' }, /absolute path/],
  [{ BASELINE: 'b.json' }, /absolute path/],
  [{ SOURCES: 'sysmon' }, /SOURCES is auto, etw, eventlog, both, or the absolute path/],
  [{ SOURCES: 'starts.ndjson' }, /SOURCES is/],
  [{ SOURCES: '-' }, /SOURCES is/],
  [{ SOURCES: 'C:\\logs\\day.evtx' }, /SOURCES is/],
  [{ EXCEPTIONS: 'C:\\x.exe' }, /no \.yml file/],
  [{ EXCEPTIONS: 'C:\\a\\x.yml, D:\\b\\X.YML' }, /two files X\.YML/],
])('%o is refused', (properties, message) => {
  expect(() => planInstallation(properties as Record<string, string>, keep)).toThrow(message);
});

test.each(['auto', 'both', 'C:\\logs\\starts.ndjson'])('SOURCES may be %s', (input) => {
  expect(planInstallation({ SOURCES: input }, keep).config).toMatchObject({ source: { input } });
});

test('exceptions: names of sets are switched on, files copied', () => {
  const plan = planInstallation({ EXCEPTIONS: 'security-tools; C:\\share\\our own.yml' }, keep);
  expect(plan.config).toMatchObject({ alert: { exceptionSets: ['security-tools'] } });
  expect(plan.copies).toEqual([
    { property: 'EXCEPTIONS', from: 'C:\\share\\our own.yml', to: 'exceptions/our own.yml' },
  ]);
});

test('a request that is none names keys, never values', () => {
  const text = JSON.stringify({ transaction: '1', dataFolder: 7, properties: { SIEM_TOKEN: ['hidden'] } });
  expect(() => parseInstallRequest(text)).toThrow(/dataFolder, properties\.SIEM_TOKEN/);
  expect(() => parseInstallRequest(text)).not.toThrow(/hidden/);
  expect(() => parseInstallRequest('{')).toThrow(/not JSON/);
});
