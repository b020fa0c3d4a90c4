import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AlertDocument,
  alertToEcs,
  type IncidentDocument,
  incidentToEcs,
  renderReport,
} from '../../../src/alert/index.ts';
import { openDesk, startAt } from '../../support/incident.ts';

const run = promisify(execFile);
const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);

const attacks = [
  '<script>document.title="owned"</script>',
  '"><img src=x onerror=document.title="owned">',
  "'</title></svg></style><svg onload=alert(1)>",
  '<a href="javascript:alert(1)">x</a>\u202egnp.exe',
];

function render(names: readonly string[]): string {
  const { take, finish, alerts, incidents } = openDesk();
  for (const [index, text] of names.entries()) {
    take(
      startAt(index, 10 + index, index === 0 ? 1 : 9 + index, {
        host: { name: text },
        user: { name: text },
        process: { name: text, executable: text, commandLine: text },
      }),
      0.999,
    );
  }
  finish();
  const wire = <T>(documents: readonly object[]): T => JSON.parse(JSON.stringify(documents)) as T;
  return renderReport(
    wire<IncidentDocument[]>(incidents.map(incidentToEcs)),
    wire<AlertDocument[]>(alerts.map(alertToEcs)),
  );
}

describe('renderReport', () => {
  it('says what is not at hand any more', () => {
    expect(renderReport([], [], { alerts: 1, incidents: 20 })).toContain(
      'Not on this page: 20 earlier incidents and 1 earlier alert that the state file keeps no more.',
    );
    expect(renderReport([], [])).not.toContain('Not on this page');
  });

  it('is the same page for the same documents, and says so when there is none', () => {
    expect(render(['evil.exe', 'worse.exe'])).toBe(render(['evil.exe', 'worse.exe']));
    expect(renderReport([], [])).toContain('No incidents');
  });

  it('has no script, no address outside, and a policy that forbids both', () => {
    const page = render(['evil.exe']);
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/<script|\bon[a-z]+=|(?:src|href)="(?!#)/i);
  });

  it('keeps markup in events text', () => {
    const page = render(attacks);
    for (const attack of attacks) expect(page).not.toContain(attack);
    expect(page).toContain('&lt;script&gt;');
    expect(page).toContain('\\u{202e}');
    expect(page.match(/<(?:script|img|a href="javascript)/g)).toBeNull();
  });

  it('draws a circle of parents as a tree all the same', () => {
    const document = JSON.parse(JSON.stringify(circular())) as IncidentDocument;
    expect(renderReport([document], [])).toContain('Process tree');
  });
});

function circular(): object {
  const { take, finish, incidents } = openDesk();
  take(startAt(0, 10, 11), 0.999);
  take(startAt(1, 11, 10), 0.999);
  finish();
  return incidentToEcs(incidents[0]!);
}

describe.skipIf(chromium === undefined)('the page in Chromium', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'report-'));
    writeFileSync(join(folder, 'page.html'), render([...attacks, 'evil.exe']));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const browse = (...flags: string[]) =>
    run(
      chromium!,
      [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-dev-shm-usage',
        '--enable-logging=stderr',
        '--v=0',
        '--hide-scrollbars',
        '--window-size=1240,1600',
        ...flags,
        `file://${join(folder, 'page.html')}`,
      ],
      { timeout: 280_000, maxBuffer: 64 * 1024 * 1024, cwd: folder, env: { ...process.env, HOME: folder } },
    );

  it('runs nothing that events brought along, and reports no error', async () => {
    const { stdout, stderr } = await browse('--dump-dom');
    expect(stdout).toContain('<title>Incidents: ');
    expect(stdout).not.toContain('owned</title>');
    expect(stdout).not.toMatch(/<(?:script|img)\b/);
    expect(stdout).toMatch(/<circle class="dot severe"/);
    expect(stderr.split('\n').filter((line) => line.includes('CONSOLE'))).toEqual([]);
  });

  it('is drawn: the style applies and the page is not empty', async () => {
    const picture = join(folder, 'page.png');
    await browse(`--screenshot=${picture}`);
    const png = readFileSync(picture);
    expect(png.subarray(1, 4).toString('latin1')).toBe('PNG');
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1240, 1600]);
    // A blank page of this size is below 20 kB.
    expect(statSync(picture).size).toBeGreaterThan(60_000);
  });
});
