/** Milliseconds from 1601-01-01 (FILETIME's zero) to 1970-01-01. */
const EPOCH_GAP_MS = 11_644_473_600_000;

/** 2^32 ticks of 100 ns, in whole milliseconds and the ticks left over. */
const HIGH_MS = 429_496;
const HIGH_TICKS = 7_296;

/** A FILETIME's two halves as milliseconds since 1970, with the 100 ns ticks as fraction. */
export function fileTimeToMs(low: number, high: number): number {
  const rest = high * HIGH_TICKS + low;
  // Whole milliseconds first: they are exact, and the sum is then rounded once.
  return high * HIGH_MS + Math.floor(rest / 10_000) - EPOCH_GAP_MS + (rest % 10_000) / 10_000;
}

const DAY_MS = 86_400_000;

let lastDay = Number.NaN;
let lastDate = '';

const twoDigits = Array.from({ length: 60 }, (_, i) => String(i).padStart(2, '0'));

/** A FILETIME's two halves as ISO 8601 in UTC with 100 ns resolution: `2024-05-01T12:00:00.1234567Z`. */
export function fileTimeToIso(low: number, high: number): string {
  const rest = high * HIGH_TICKS + low;
  const ms = high * HIGH_MS + Math.floor(rest / 10_000) - EPOCH_GAP_MS;
  const day = Math.floor(ms / DAY_MS);
  // Neighbouring records share their day: the calendar is asked once for it.
  if (day !== lastDay) {
    lastDay = day;
    lastDate = new Date(day * DAY_MS).toISOString().slice(0, -13);
  }
  const ofDay = ms - day * DAY_MS;
  const seconds = Math.floor(ofDay / 1000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const ticks = (ofDay - seconds * 1000) * 10_000 + (rest % 10_000);
  const clock = `${twoDigits[hours]}:${twoDigits[minutes % 60]}:${twoDigits[seconds % 60]}`;
  return `${lastDate}${clock}.${(10_000_000 + ticks).toString().slice(1)}Z`;
}
