import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ExceptionEntry, ExceptionList, suggestException } from '../../../src/alert/index.ts';
import { highRule, makeAlert } from '../../support/alert.ts';
import { makeProcessEvent, makeStart } from '../../support/process-event.ts';

const other = '11111111-2222-4333-8444-555555555555';

function entry(changes: Partial<ExceptionEntry> = {}): ExceptionEntry {
  return {
    id: 'backup-script',
    response: false,
    conditions: [{ field: 'process.command_line', wildcard: ['*\\backup.ps1*'] }],
    reason: 'nightly backup',
    author: 'kim',
    ...changes,
  };
}

const backup = makeStart({ commandLine: 'powershell -File C:\\Ops\\backup.ps1' });

describe('exceptions', () => {
  it('silence what matches, and count it by entry', () => {
    const list = new ExceptionList([
      entry(),
      entry({ id: 'never', conditions: [{ field: 'user.name', is: ['nobody'] }] }),
    ]);
    expect(list.silence(highRule.id, backup)?.id).toBe('backup-script');
    expect(list.silence(highRule.id, makeStart({ commandLine: 'whoami' }))).toBeUndefined();
    expect([...list.silenced]).toEqual([
      ['backup-script', 1],
      ['never', 0],
    ]);
  });

  it('need all their conditions', () => {
    const conditions = [...entry().conditions, { field: 'user.name' as const, is: ['svc-backup'] }];
    expect(new ExceptionList([entry({ conditions })]).silence(highRule.id, backup)).toBeUndefined();
  });

  it('keep to the rules they name', () => {
    const list = new ExceptionList([entry({ rules: [other] })]);
    expect(list.silence(highRule.id, backup)).toBeUndefined();
    expect(list.silence(other, backup)).toBeDefined();
  });

  it.each([
    ['2026-11-18T09:41:22Z', false],
    ['2026-11-18T09:41:23Z', true],
    ['2026-11-18', false],
    ['2026-11-19', true],
  ])('that expire at %s apply to an event of 2026-11-18 09:41:22: %s', (expires, applies) => {
    expect(new ExceptionList([entry({ expires })]).silence(highRule.id, backup) !== undefined).toBe(applies);
  });

  it('keep response away only when they say so', () => {
    expect(new ExceptionList([entry()]).protectFromResponse(highRule.id, backup)).toBeUndefined();
    const protecting = new ExceptionList([entry({ response: true })]);
    expect(protecting.protectFromResponse(highRule.id, backup)?.id).toBe('backup-script');
    expect(protecting.silenced.get('backup-script')).toBe(0);
  });
});

describe('a suggested exception', () => {
  const alert = makeAlert(
    makeProcessEvent({
      user: { id: 'S-1-5-21-1-2-3-1104' },
      process: {
        executable: 'C:\\Users\\anna\\AppData\\Local\\Tool\\tool.exe',
        commandLine:
          '"C:\\Users\\anna\\AppData\\Local\\Tool\\tool.exe" --job 84213 {3F2504E0-4F89-41D3-9A0C-0305E82C3301} a*b',
        parent: { executable: 'C:\\Program Files\\Tool\\agent.exe' },
      },
    }),
  );
  const list = new ExceptionList([suggestException(alert, 'kim')]);

  it('silences its alert, and the next run with other numbers', () => {
    expect(list.silence(highRule.id, alert.subject.event)).toBeDefined();
    const next = makeProcessEvent({
      ...alert.subject.event,
      process: {
        ...alert.subject.event.process,
        commandLine:
          '"C:\\Users\\anna\\AppData\\Local\\Tool\\tool.exe" --job 99 {00000000-4F89-41D3-9A0C-0305E82C3301} a*b',
      },
    });
    expect(list.silence(highRule.id, next)).toBeDefined();
  });

  it.each([
    ['another program', { process: { executable: 'C:\\Users\\anna\\AppData\\Local\\Tool\\evil.exe' } }],
    ['another parent', { process: { parent: { executable: 'C:\\Windows\\explorer.exe' } } }],
    ['another user', { user: { id: 'S-1-5-21-1-2-3-500' } }],
    ['another line', { process: { commandLine: 'tool.exe --upload' } }],
  ])('does not silence %s', (_, changes) => {
    const { event } = alert.subject;
    const process = { ...event.process, ...('process' in changes ? changes.process : {}) };
    const changed = makeProcessEvent({ ...event, ...changes, process: process as typeof event.process });
    expect(list.silence(highRule.id, changed)).toBeUndefined();
  });

  it('always silences the alert it was made from', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), fc.string({ minLength: 1, maxLength: 80 }), (path, line) => {
        const made = makeAlert(makeStart({ executable: `C:\\${path}`, commandLine: line }));
        expect(
          new ExceptionList([suggestException(made, 'kim')]).silence(highRule.id, made.subject.event),
        ).toBeDefined();
      }),
    );
  });
});
