import { expect, it } from 'vitest';
import { latenessMs, SourceLag } from '../../src/agent/source-lag.ts';
import { makeProcessEvent } from '../support/process-event.ts';

const nowMs = Date.UTC(2026, 10, 18, 12);
const hourMs = 60 * 60_000;

const eventAt = (timeMs: number) => makeProcessEvent({ timeMs, timestamp: new Date(timeMs).toISOString() });
const old = eventAt(nowMs - 2 * hourMs);
const recent = eventAt(nowMs - 1_000);
const undated = { ...eventAt(0), timestamp: undefined };

it('is behind as long as what a source hands over is old', () => {
  const lag = new SourceLag(0);
  lag.observe([old, eventAt(old.timeMs + 1)], true, nowMs, 1_000);
  expect(lag.isBehind(60_000)).toBe(true);
  lag.observe([old], false, nowMs, 61_000);
  expect(lag.isBehind(62_000)).toBe(true);
  lag.observe([old, recent, undated], false, nowMs, 63_000);
  expect(lag.isBehind(63_000)).toBe(false);
  lag.observe([recent], true, nowMs, 64_000);
  expect(lag.isBehind(64_000)).toBe(false);
  lag.observe([old], true, nowMs, 65_000);
  expect(lag.isBehind(65_000)).toBe(true);
});

it('goes by what came before, and by whether more waits, where nothing tells a time', () => {
  const lag = new SourceLag(0);
  lag.observe([], true, nowMs, 1_000);
  lag.observe([undated], true, nowMs, 2_000);
  expect(lag.isBehind(2_000)).toBe(true);
  lag.observe([], false, nowMs, 3_000);
  expect(lag.isBehind(3_000)).toBe(false);
  lag.observe([], true, nowMs, 4_000);
  expect(lag.isBehind(4_000)).toBe(false);
});

it('may be behind when it was just opened, and is not when it has long been silent', () => {
  const lag = new SourceLag(0);
  expect(lag.isBehind(latenessMs - 1)).toBe(true);
  expect(lag.isBehind(latenessMs)).toBe(false);
  lag.observe([old], false, nowMs, latenessMs);
  expect(lag.isBehind(2 * latenessMs - 1)).toBe(true);
  expect(lag.isBehind(2 * latenessMs)).toBe(false);
});
