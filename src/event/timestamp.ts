const dayMs = 86_400_000;

/**
 * Milliseconds since the epoch of an ISO 8601 time, with the fraction it was written with, or `NaN` when
 * the text is no time. Takes `T` or a space between date and time (Sysmon's UtcTime), any number of
 * fraction digits, and `Z`, an offset or nothing (then UTC) at the end. `Date.parse` would drop all
 * digits after the millisecond, take a time without zone for local time, and accept much else.
 */
export function parseTimeMs(text: string): number {
  if (text.length < 19 || text.length > 40) return Number.NaN;
  const separator = text.charCodeAt(10);
  if (
    text.charCodeAt(4) !== 0x2d ||
    text.charCodeAt(7) !== 0x2d ||
    (separator !== 0x54 && separator !== 0x20) ||
    text.charCodeAt(13) !== 0x3a ||
    text.charCodeAt(16) !== 0x3a
  ) {
    return Number.NaN;
  }
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  // A digit that is none makes its number NaN, and every comparison with NaN is false.
  if (!(year >= 1601 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month))) {
    return Number.NaN;
  }
  if (!(hour <= 23 && minute <= 59 && second <= 59)) return Number.NaN;
  const fractionEnd = endOfFraction(text);
  if (fractionEnd === 20) return Number.NaN;
  const offsetMs = parseOffsetMs(text, fractionEnd);
  const seconds = ((daysSinceEpoch(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
  const ms = seconds * 1000 - offsetMs + (fractionEnd > 20 ? Number(text.slice(19, fractionEnd)) * 1000 : 0);
  // An offset may carry the last day of 9999 into a year that ISO 8601 has no plain writing for.
  return ms < endOfFourDigitYearsMs ? ms : Number.NaN;
}

const shortForm = /^(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d)(:\d\d(?:[.,]\d+)?)?([Zz]|[+-]\d\d(?::?\d\d)?)?)?$/;

/**
 * The shorter writings of ISO 8601 as {@link parseTimeMs} takes them; other text as it is. Exporters leave out
 * what is zero: Java the seconds, others the time of day or the minutes of an offset.
 */
export function completeTime(text: string): string {
  // The common case first: `2024-05-01T12:00:00.123Z`.
  if (text.length >= 20 && text.charCodeAt(text.length - 1) === 0x5a && text.charCodeAt(19) !== 0x2c)
    return text;
  const parts = shortForm.exec(text);
  if (parts === null) return text;
  const [, date, minute = '00:00', second = ':00', zone = ''] = parts;
  const offset = zone.length === 3 ? `${zone}:00` : zone.toUpperCase();
  return `${date}T${minute}${second.replace(',', '.')}${offset}`;
}

/** The time as ISO 8601 in UTC with the digits it was written with. `timeMs` is what {@link parseTimeMs} made of it. */
export function toUtcTimestamp(text: string, timeMs: number): string {
  const last = text.charCodeAt(text.length - 1);
  if (last === 0x5a && text.charCodeAt(10) === 0x54) return text;
  const fraction = text.slice(19, endOfFraction(text));
  if (last === 0x5a || text.length === 19 + fraction.length) {
    return `${text.slice(0, 10)}T${text.slice(11, 19)}${fraction}Z`;
  }
  return `${new Date(Math.floor(timeMs)).toISOString().slice(0, 19)}${fraction}Z`;
}

/** ISO 8601 in UTC with milliseconds, or `undefined` for a number no date can be made of. */
export function formatTimestamp(timeMs: number): string | undefined {
  if (!(timeMs >= 0 && timeMs < endOfFourDigitYearsMs)) {
    return Math.abs(timeMs) <= 8.64e15 ? new Date(timeMs).toISOString() : undefined;
  }
  const minute = Math.floor(timeMs / 60_000);
  if (minute !== formattedMinute) {
    formattedMinuteText = new Date(minute * 60_000).toISOString().slice(0, 17);
    formattedMinute = minute;
  }
  const inMinuteMs = Math.floor(timeMs) - minute * 60_000;
  const second = Math.floor(inMinuteMs / 1_000);
  const seconds = second < 10 ? `0${second}` : `${second}`;
  const ms = inMinuteMs - second * 1_000;
  return `${formattedMinuteText}${seconds}.${ms < 10 ? '00' : ms < 100 ? '0' : ''}${ms}Z`;
}

/** The year 10000, from which on ISO 8601 writes six digits and a sign. */
const endOfFourDigitYearsMs = 253_402_300_800_000;

// Neighbouring records nearly always share the minute, and making a Date's text costs ten times as much.
let formattedMinute = -1;
let formattedMinuteText = '';

/**
 * ISO 8601 in UTC with as many digits after the second as it takes for {@link parseTimeMs} to make the same number
 * of it: up to seven, the resolution of Windows, for every time since 1987. `undefined` as {@link formatTimestamp}.
 */
export function formatExactTimestamp(timeMs: number): string | undefined {
  const wholeMs = Math.floor(timeMs);
  const text = formatTimestamp(wholeMs);
  if (text === undefined || text.length !== 24 || wholeMs === timeMs) return text;
  const afterMs = (timeMs - wholeMs).toFixed(13).slice(2);
  for (let digits = 4; digits < afterMs.length; digits++) {
    const exact = `${text.slice(0, -1)}${afterMs.slice(0, digits)}Z`;
    if (parseTimeMs(exact) === timeMs) return exact;
  }
  return text;
}

function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 0x30;
  const ones = text.charCodeAt(at + 1) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

/** Index after the fraction that may follow the seconds; 19 when there is none. */
function endOfFraction(text: string): number {
  if (text.charCodeAt(19) !== 0x2e) return 19;
  let end = 20;
  while (end < text.length && text.charCodeAt(end) >= 0x30 && text.charCodeAt(end) <= 0x39) end += 1;
  return end;
}

function parseOffsetMs(text: string, at: number): number {
  const rest = text.length - at;
  if (rest === 0) return 0;
  const sign = text.charCodeAt(at);
  if (rest === 1 && sign === 0x5a) return 0;
  if (sign !== 0x2b && sign !== 0x2d) return Number.NaN;
  const colon = text.charCodeAt(at + 3) === 0x3a ? 1 : 0;
  if (rest !== 5 + colon) return Number.NaN;
  const hours = twoDigits(text, at + 1);
  const minutes = twoDigits(text, at + 3 + colon);
  if (!(hours <= 23 && minutes <= 59)) return Number.NaN;
  return (sign === 0x2d ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

// Neighbouring records nearly always share the day.
let cachedDate = -1;
let cachedDays = 0;

function daysSinceEpoch(year: number, month: number, day: number): number {
  const date = (year * 12 + month) * 31 + day;
  if (date !== cachedDate) {
    cachedDays = Date.UTC(year, month - 1, day) / dayMs;
    cachedDate = date;
  }
  return cachedDays;
}
