import { describe, expect, it } from 'vitest';
import { type Check, ok, warn } from '../../../src/agent/doctor/check.ts';
import { checks } from '../../../src/agent/doctor/checks.ts';
import type { DoctorContext } from '../../../src/agent/doctor/doctor-context.ts';
import { runDoctor } from '../../../src/agent/doctor/run-doctor.ts';
import { loadConfig } from '../../../src/config/index.ts';
import { AgentError } from '../../../src/errors/index.ts';

function makeContext(changes: Partial<DoctorContext> = {}): DoctorContext {
  return {
    loaded: loadConfig({ env: {} }),
    refusal: undefined,
    env: {},
    clock: { nowMs: () => Date.UTC(2026, 5, 1) },
    probe: false,
    windows: undefined,
    ...changes,
  };
}

function check(id: string, look: Check['look'], needs: Check['needs'] = []): Check {
  return { id, title: id, needs, remedy: `mend ${id}`, look };
}

describe('the doctor', () => {
  it('goes on when a check breaks, however it does', async () => {
    const list = [
      check('throws', () => {
        throw new TypeError('oops');
      }),
      check('rejects', () => Promise.reject(new AgentError('PC_STORE_OPEN', 'no such file'))),
      check('rejects with text', () => Promise.reject('text')),
      check('fine', () => ok('all well')),
    ];
    const { verdict, counts, checks: results } = await runDoctor(makeContext(), list);
    expect(verdict).toBe('fail');
    expect(counts).toEqual({ ok: 1, warn: 0, fail: 3, skipped: 0 });
    expect(results.map(({ cause }) => cause)).toEqual([
      'the check itself failed: oops',
      'PC_STORE_OPEN: no such file',
      'the check itself failed: text',
      'all well',
    ]);
    expect(results[1]!.remedy).toContain('Check that the folder exists');
    expect(results[3]!.remedy).toBeNull();
  });

  it('gives the worst as its verdict, and the remedy of the check unless the finding has its own', async () => {
    const list = [
      check('a', () => warn('hm')),
      check('b', () => warn('hm', 'do this')),
      check('c', () => ok('')),
    ];
    const { verdict, checks: results } = await runDoctor(makeContext(), list);
    expect(verdict).toBe('warn');
    expect(results.map(({ remedy }) => remedy)).toEqual(['mend a', 'do this', null]);
    expect((await runDoctor(makeContext(), [list[2]!])).verdict).toBe('ok');
  });

  it.each([
    ['configuration', makeContext({ loaded: undefined }), 'the configuration was refused'],
    ['state', makeContext(), 'no state file is configured'],
    ['windows', makeContext(), 'this is not Windows'],
    ['library', makeContext(), 'this is not Windows'],
    [
      'library',
      makeContext({ windows: { system: new Error('no ffi'), library: new Error('no dll') } }),
      'the native library cannot be used',
    ],
    ['probe', makeContext(), 'asked only with --probe: it sends a test alert to each destination'],
  ] as const)('skips what needs %s, with the reason', async (need, context, reason) => {
    const unreachable = check('needy', () => ok('looked'), [need]);
    const { verdict, checks: results } = await runDoctor(context, [unreachable]);
    expect(results[0]).toMatchObject({ state: 'skipped', cause: reason, remedy: null });
    expect(verdict).toBe('ok');
  });

  it('has checks with ids and titles of their own', () => {
    expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
    expect(new Set(checks.map(({ title }) => title)).size).toBe(checks.length);
    for (const { id, remedy } of checks) {
      expect(id).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
      expect(remedy).toMatch(/\.$/);
    }
  });
});
