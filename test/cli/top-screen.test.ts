import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ActivitySnapshot } from '../../src/agent/index.ts';
import { formatAgentStatus, formatSpan } from '../../src/cli/status-tables.ts';
import { formatTop } from '../../src/cli/top-screen.ts';
import { makeStatus } from '../support/agent-status.ts';

const text = fc.string({ unit: 'binary', maxLength: 300 });
const maybe = fc.option(text, { nil: undefined });
const snapshots: fc.Arbitrary<ActivitySnapshot> = fc.record({
  atMs: fc.nat(),
  startsPerSecond: fc.record({ last10s: fc.nat(), last60s: fc.nat() }),
  recordsPerSecond: fc.nat(),
  lastEventMs: fc.option(fc.nat(), { nil: undefined }),
  programs: fc.array(fc.record({ name: text, starts: fc.nat() }), { maxLength: 20 }),
  otherStarts: fc.nat(3),
  scores: fc.array(
    fc.record({
      atMs: fc.nat(),
      eventId: text,
      probability: fc.double({ min: 0, max: 1, noNaN: true }),
      host: maybe,
      user: maybe,
      parent: maybe,
      program: maybe,
      commandLine: maybe,
    }),
    { maxLength: 20 },
  ),
  users: fc.array(
    fc.record({
      user: text,
      host: maybe,
      alerts: fc.nat(),
      severity: fc.constantFrom('low', 'critical'),
      lastMs: fc.nat(),
    }),
    { maxLength: 20 },
  ),
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: that none is printed is what is tested
const obeyed = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

describe('the screen of top', () => {
  it('fits every terminal, and obeys no event', () => {
    fc.assert(
      fc.property(
        snapshots,
        fc.integer({ min: 1, max: 300 }),
        fc.option(fc.nat(60), { nil: undefined }),
        (snapshot, columns, rows) => {
          const lines = formatTop(snapshot, { columns, rows });
          for (const line of lines) {
            expect(line.length).toBeLessThanOrEqual(Math.max(20, columns));
            expect(line).not.toMatch(obeyed);
          }
          if (rows !== undefined) expect(lines.length).toBeLessThanOrEqual(Math.max(1, rows));
        },
      ),
    );
  });
});

describe('the status', () => {
  it('says everything a person asks for, and obeys no receiver', () => {
    const shown = formatAgentStatus(makeStatus(), []);
    expect(shown).toContain('100 = scored 60 + related 30 + filtered 7 + rejected 3\n');
    expect(shown).toContain('1d 1h');
    expect(shown).toContain('LOST 4 events');
    expect(shown).toContain('siem "one": failed 3 times in a row: connection refused\\x1b[31m');
    expect(shown).toContain('forward: failing (siem "one")');
    expect(shown).toContain('mode: suspend (configured: suspend)');
    const { counters } = makeStatus();
    expect(formatAgentStatus({ ...makeStatus(), counters: { ...counters, addUp: false } }, [])).toContain(
      'DOES NOT ADD UP',
    );
  });

  it.each([
    [0, '0s'],
    [59_999, '59s'],
    [60_000, '1m'],
    [3_725_000, '1h 2m'],
    [86_400_000, '1d'],
    [86_460_000, '1d'],
  ])('%i ms is %s', (ms, expected) => expect(formatSpan(ms)).toBe(expected));
});
