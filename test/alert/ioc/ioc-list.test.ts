import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fingerprintFolder, loadIocs, Reloadable } from '../../../src/alert/index.ts';
import { makeStart } from '../../support/process-event.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'iocs-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function list(name: string, text: string): void {
  writeFileSync(join(folder, name), text);
}

function matches(process: Parameters<typeof makeStart>[0]): string[] {
  return loadIocs(folder)
    .list.match(makeStart(process), undefined)
    .map(({ indicator, field }) => `${indicator.list} ${indicator.type} ${indicator.value} ${field}`);
}

const sha256 = 'ab'.repeat(32);

const misp = (type: string, value: string) => JSON.stringify({ Event: { Attribute: [{ type, value }] } });
const stix = (path: string, value: string) =>
  JSON.stringify({ type: 'bundle', objects: [{ type: 'indicator', pattern: `[${path} = '${value}']` }] });

describe('loadIocs', () => {
  it.each([
    ['UTF-8', Buffer.from('\uFEFFbad.exe # é', 'utf8')],
    ['UTF-16, little end first', Buffer.from('\uFEFFbad.exe # é', 'utf16le')],
    ['UTF-16, big end first', Buffer.from('\uFEFFbad.exe # é', 'utf16le').swap16()],
  ])('reads a list that says it is %s', (_encoding, bytes) => {
    writeFileSync(join(folder, 'feed.txt'), bytes);
    const { list: iocs, skipped } = loadIocs(folder);
    expect([iocs.size, skipped.size]).toEqual([1, 0]);
    expect(matches({ name: 'bad.exe' })).toEqual(['feed.txt name bad.exe process.name']);
  });

  it('reads plain text with notes, defanged values and URLs', () => {
    list(
      'a.txt',
      `# ours\nhxxp://evil[.]example/x # seen in May\n203.0.113.9\n${sha256}\nbad.exe\nnothing to match\n`,
    );
    const { list: iocs, skipped } = loadIocs(folder);
    expect(iocs.size).toBe(4);
    expect(skipped).toEqual(new Map([['a.txt', 1]]));
    const [match] = iocs.match(makeStart({ commandLine: 'curl https://c2.evil.example/y' }), undefined);
    expect(match?.indicator).toEqual({
      type: 'domain',
      value: 'evil.example',
      list: 'a.txt',
      note: 'seen in May',
    });
  });

  it('reads CSV with a header, quoted cells and types, and without one', () => {
    list(
      'a.csv',
      'type,value,comment\nmd5,"0123456789abcdef0123456789ABCDEF","says ""x"", twice"\nfilename,odd name.bin,\n',
    );
    list('b.csv', '2026-01-01,203.0.113.9,something\n');
    expect(matches({ hash: { md5: '0123456789abcdef0123456789abcdef' } })).toEqual([
      'a.csv hash 0123456789abcdef0123456789abcdef process.hash.md5',
    ]);
    expect(matches({ name: 'Odd Name.bin' })).toEqual(['a.csv name odd name.bin process.name']);
    expect(matches({ commandLine: 'nc 203.0.113.9 443' })).toEqual([
      'b.csv ip 203.0.113.9 process.command_line',
    ]);
  });

  it('reads MISP events and leaves out what is not for detection', () => {
    list(
      'misp.json',
      JSON.stringify({
        Event: {
          info: 'Campaign',
          Attribute: [
            { type: 'domain', value: 'evil.example', to_ids: true },
            { type: 'link', value: 'https://report.example', to_ids: false },
          ],
          Object: [{ Attribute: [{ type: 'filename|sha256', value: `x.exe|${sha256}`, to_ids: true }] }],
        },
      }),
    );
    expect(matches({ hash: { sha256 } })).toEqual([`misp.json hash ${sha256} process.hash.sha256`]);
    expect(matches({ commandLine: 'ping evil.example' })).toHaveLength(1);
    expect(matches({ commandLine: 'ping report.example' })).toEqual([]);
  });

  it('reads STIX 2 bundles', () => {
    const pattern = `[file:hashes.'SHA-256' = '${sha256}' OR domain-name:value = 'evil.example'] AND [ipv4-addr:value = '203.0.113.9']`;
    list(
      'stix.json',
      JSON.stringify({
        type: 'bundle',
        objects: [{ type: 'indicator', name: 'n', pattern }, { type: 'malware' }],
      }),
    );
    expect(loadIocs(folder).list.size).toBe(3);
  });

  it.each([
    ['a MISP event', 'a.json', (url: string) => misp('url', url)],
    ['a CSV file', 'a.csv', (url: string) => `type,value\nurl,${url}\n`],
    ['a STIX bundle', 'a.json', (url: string) => stix('url:value', url)],
    ['plain text', 'a.txt', (url: string) => url],
  ])('takes a URL of %s for its host, be that a name or an address', (_, name, write) => {
    list(name, write('http://198.51.100.7:8080/a.exe'));
    expect(matches({ commandLine: 'curl 198.51.100.7' })).toEqual([
      `${name} ip 198.51.100.7 process.command_line`,
    ]);
    list(name, write('hxxps://user@evil[.]example/a.exe'));
    expect(matches({ commandLine: 'curl evil.example' })).toHaveLength(1);
    list(name, write(sha256));
    expect(matches({ hash: { sha256 } })).toHaveLength(name === 'a.txt' ? 1 : 0);
  });

  it.each([
    ['broken.json', '{'],
    ['other.json', '{"a":1}'],
  ])('refuses %s and names it', (name, text) => {
    list(name, text);
    expect(() => loadIocs(folder)).toThrow(name);
  });

  it.each<[string, (path: string) => void]>([
    ['a folder', mkdirSync],
    ['a link that leads nowhere', (path) => symlinkSync(`${path}.gone`, path)],
  ])('refuses %s named like a list, and names it', (_, make) => {
    const where = join(folder, 'feed.txt');
    make(where);
    expect(() => loadIocs(folder)).toThrow(expect.objectContaining({ code: 'PC_IOC_INVALID', where }));
  });
});

describe('a value that may be the name of a host or of a file', () => {
  const domains: [string, string, (domain: string) => string][] = [
    ['MISP', 'a.json', (domain) => misp('domain', domain)],
    ['MISP, with an address', 'a.json', (domain) => misp('domain|ip', `${domain}|198.51.100.7`)],
    ['STIX', 'a.json', (domain) => stix('domain-name:value', domain)],
    ['CSV', 'a.csv', (domain) => `type,value\ndomain,${domain}\n`],
    ['a URL', 'a.txt', (domain) => `https://${domain}/x.py`],
    ['a value without a type', 'a.txt', (domain) => domain],
  ];
  it.each(domains)('is a domain under .py to %s', (_, name, write) => {
    list(name, write('banco.com.py'));
    const activity = {
      connections: [{ destination: 'x', ip: undefined, domain: 'c2.banco.com.py', count: 1 }],
      questions: [],
      further: 0,
    };
    expect(
      loadIocs(folder)
        .list.match(makeStart({}), activity)
        .map(({ field }) => field),
    ).toEqual(['destination.domain']);
    expect(matches({ commandLine: 'curl http://banco.com.py/a' })).toEqual([
      `${name} domain banco.com.py process.command_line`,
    ]);
  });

  it.each(['payload.com', 'invoice.zip', 'run.py'])('is both where no type is given: %s', (value) => {
    list('a.txt', value);
    expect(matches({ name: value.toUpperCase() })).toEqual([`a.txt domain ${value} process.name`]);
    expect(matches({ commandLine: `python C:\\x\\${value}` })).toHaveLength(1);
    expect(matches({ commandLine: `curl http://c2.${value}/` })).toHaveLength(1);
  });

  it('is a file alone where the list says so, or where no host has such a name', () => {
    list('a.csv', 'type,value\nfilename,payload.com\n');
    list('b.txt', 'a.dropper.exe\nC:/temp/run.py\n');
    expect(matches({ name: 'payload.com' })).toHaveLength(1);
    expect(matches({ commandLine: 'curl http://c2.payload.com/' })).toEqual([]);
    expect(matches({ name: 'a.dropper.exe' })).toEqual(['b.txt name a.dropper.exe process.name']);
    expect(matches({ executable: 'C:\\Temp\\run.py' })).toHaveLength(1);
  });
});

describe('IocList', () => {
  it('takes a domain for what lies below it, and not for what ends alike', () => {
    list('a.txt', 'evil.example');
    expect(matches({ commandLine: 'x http://a.b.evil.example/' })).toHaveLength(1);
    expect(matches({ commandLine: 'x http://notevil.example/' })).toEqual([]);
  });

  it('finds a path at the end of another', () => {
    list('a.csv', 'type,value\nfilename,temp\\run.exe\n');
    expect(matches({ executable: 'C:\\Windows\\Temp\\run.exe' })).toHaveLength(1);
    expect(matches({ executable: 'C:\\xtemp\\run.exe' })).toEqual([]);
  });

  const spelled: [string, string][] = [
    ['2001:db8::1', '2001:db8:0:0:0:0:0:1'],
    ['2001:0DB8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
    ['http://[2001:db8:0::1]:8080/a', '2001:0db8:0000:0000:0000:0000:0000:0001'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['203.0.113.9', '0:0:0:0:0:ffff:cb00:7109'],
    ['fe80::1', 'fe80:0:0:0:0:0:0:1%4'],
  ];
  it.each(spelled)('finds the listed address %s in an event that says %s', (listed, ip) => {
    list('a.txt', listed);
    const activity = {
      connections: [{ destination: ip, ip, domain: undefined, count: 1 }],
      questions: [],
      further: 0,
    };
    const asked = { connections: [], questions: [{ name: 'a.test', answers: [ip], count: 1 }], further: 0 };
    const { list: iocs } = loadIocs(folder);
    expect(
      [activity, asked].flatMap((each) => iocs.match(makeStart({}), each)).map(({ field }) => field),
    ).toEqual(['destination.ip', 'dns.resolved_ip']);
  });

  it('takes no text for a host that is longer than any', () => {
    list('a.txt', 'evil.example');
    const { list: iocs } = loadIocs(folder);
    const found = [240, 10_000].map((length) => {
      const ip = `${'a.'.repeat(length / 2)}evil.example`;
      const connections = [{ destination: 'x', ip, domain: undefined, count: 1 }];
      return iocs.match(makeStart({}), { connections, questions: [], further: 0 }).length;
    });
    expect(found).toEqual([1, 0]);
  });

  it('looks at connections and DNS', () => {
    list('a.txt', 'evil.example\n203.0.113.9');
    const activity = {
      connections: [{ destination: '203.0.113.9:443', ip: '203.0.113.9', domain: undefined, count: 1 }],
      questions: [{ name: 'c2.evil.example', answers: [], count: 2 }],
      further: 0,
    };
    expect(
      loadIocs(folder)
        .list.match(makeStart({}), activity)
        .map(({ field }) => field),
    ).toEqual(['destination.ip', 'dns.question.name']);
  });
});

describe('Reloadable', () => {
  it('follows the folder, and keeps the last good version', () => {
    list('a.txt', 'evil.example');
    const iocs = new Reloadable(
      () => loadIocs(folder),
      () => fingerprintFolder(folder),
    );
    expect(iocs.reload().kind).toBe('unchanged');
    list('b.txt', 'worse.example');
    expect(iocs.reload().kind).toBe('changed');
    expect(iocs.current.list.size).toBe(2);
    list('c.json', '{');
    const refused = iocs.reload();
    expect(refused).toMatchObject({ kind: 'refused', error: { code: 'PC_IOC_INVALID' } });
    expect(iocs.current.list.size).toBe(2);
    expect(iocs.reload().kind).toBe('unchanged');
    rmSync(join(folder, 'c.json'));
    expect(iocs.reload().kind).toBe('changed');
  });
});
