import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigWatch } from '../../src/agent/config-watch.ts';
import { loadConfig } from '../../src/config/index.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'watch-'));
  file = join(folder, 'problemchild.yaml');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(text: string): void {
  writeFileSync(file, text, { mode: 0o600 });
}

function open(text: string): ConfigWatch {
  write(text);
  const load = () => loadConfig({ file, env: {} });
  return new ConfigWatch({ first: load().config, load, file });
}

describe('a watched configuration', () => {
  it('offers nothing while nothing changes, and a change once', () => {
    const watch = open('log: { level: info }\n');
    expect(watch.check()).toBeUndefined();
    write('log: { level: debug }\n');
    const change = watch.check()!;
    expect(change).toMatchObject({ sections: ['log'], engine: false, forward: false, needsRestart: [] });
    expect(watch.current.log.level).toBe('info');
    watch.accept(change);
    expect(watch.current.log.level).toBe('debug');
    expect(watch.check()).toBeUndefined();
  });

  it.each([
    ['alert: { suppressionWindowMs: 0 }', { engine: true, forward: false, needsRestart: [] }],
    ['forward: { record: false }', { engine: false, forward: true, needsRestart: [] }],
    ['response: { mode: suspend }', { engine: false, forward: false, needsRestart: [] }],
    [
      'log: { level: debug, maxFiles: 3 }\nagent: { priority: belowNormal, stalledAfterMs: 30000 }',
      { engine: false, forward: false, needsRestart: ['log.maxFiles', 'agent.stalledAfterMs'] },
    ],
    ['source: { batchSize: 7 }', { engine: false, forward: false, needsRestart: ['source'] }],
  ])('%s', (text, expected) => {
    const watch = open('');
    write(text);
    expect(watch.check()).toMatchObject(expected);
  });

  it('sees no change in another spelling of the same', () => {
    const watch = open('log: { level: info }\n');
    write('# a comment\nlog:\n  level: info\n');
    expect(watch.check()).toBeUndefined();
  });

  it('refuses a wrong file once, keeps what is in force, and takes the corrected one', () => {
    const watch = open('log: { level: info }\n');
    write('log: { level: loud }\n');
    expect(() => watch.check()).toThrow('level');
    expect(watch.current.log.level).toBe('info');
    expect(watch.check()).toBeUndefined();
    write('log: { level: warn }\n');
    expect(watch.check()?.config.log.level).toBe('warn');
  });

  it('offers once more what was not accepted, when asked to', () => {
    const watch = open('log: { level: info }\n');
    write('log: { level: warn }\n');
    expect(watch.check()?.sections).toEqual(['log']);
    expect(watch.check()).toBeUndefined();
    watch.forgetRefusal();
    const again = watch.check()!;
    expect(again.sections).toEqual(['log']);
    watch.accept(again);
    watch.forgetRefusal();
    expect(watch.check()).toBeUndefined();
  });

  it.each(['', '# to be written\n', 'forward:\n'])('refuses %j in place of what was set', (text) => {
    const watch = open('forward: { record: false }\n');
    write(text);
    expect(() => watch.check()).toThrow(expect.objectContaining({ code: 'PC_CONFIG_EMPTY', where: file }));
    expect(watch.check()).toBeUndefined();
    expect(watch.current.forward.record).toBe(false);
    write('forward: { record: true }\n');
    expect(watch.check()?.sections).toEqual(['forward']);
  });

  it('refuses a file that is gone', () => {
    const watch = open('log: { level: info }\n');
    rmSync(file);
    expect(() => watch.check()).toThrow(expect.objectContaining({ code: 'PC_CONFIG_UNREADABLE' }));
  });

  it('sees other rules and another model behind the same path', () => {
    const rules = join(folder, 'rules');
    mkdirSync(rules);
    const watch = open(`detection: { rulesFolder: ${rules} }\n`);
    expect(watch.check()).toBeUndefined();
    cpSync(
      join(import.meta.dirname, '../../src/detection/rules/high-probability.yml'),
      join(rules, 'own.yml'),
    );
    expect(watch.check()).toMatchObject({ engine: true, sections: [] });
    expect(watch.check()).toBeUndefined();
  });
});
