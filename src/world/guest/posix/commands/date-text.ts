/** Lengths of the units whose length is always the same, in milliseconds. */
const units: Readonly<Record<string, number>> = {
  sec: 1000,
  second: 1000,
  min: 60_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
  fortnight: 14 * 86_400_000,
};

/** Words for days by how far they are from now. */
const dayWords: Readonly<Record<string, number>> = { now: 0, today: 0, tomorrow: 1, yesterday: -1 };

/** One relative item of a text: a word for a day, or a number of units. */
const relativeItem =
  /(?:^|\s)(?:(now|today|tomorrow|yesterday)|(?:([+-]?\s*\d+)|(next|last|this))\s*(sec|second|min|minute|hour|day|week|fortnight|month|year)s?(\s+ago)?)(?=\s|$)/giu;

/**
 * What the text after `date -d` and `touch -d` means: `@seconds`, an ISO form (UTC unless it says), and after that or
 * alone `yesterday`, `+1 day`, `2 hours ago`, `next month` and the like.
 *
 * @returns milliseconds since 1970; undefined for what is no such text.
 */
export function parseDate(text: string, nowMs: number): number | undefined {
  let timeMs = absoluteTime(text.replaceAll(relativeItem, ' ').trim(), nowMs);
  for (const [, word, count, which, unit = 'day', ago] of text.matchAll(relativeItem)) {
    if (timeMs === undefined) return undefined;
    const number = word === undefined ? numberOf(count, which) : (dayWords[word.toLowerCase()] ?? 0);
    timeMs = moved(timeMs, ago === undefined ? number : -number, unit.toLowerCase());
  }
  return timeMs === undefined || Number.isNaN(new Date(timeMs).getTime()) ? undefined : timeMs;
}

function numberOf(count: string | undefined, which: string | undefined): number {
  if (count !== undefined) return Number(count.replaceAll(/\s/gu, ''));
  return which === undefined ? 0 : ({ next: 1, last: -1 }[which.toLowerCase()] ?? 0);
}

function moved(timeMs: number, count: number, unit: string): number {
  const lengthMs = units[unit];
  if (lengthMs !== undefined) return timeMs + count * lengthMs;
  const date = new Date(timeMs);
  // A day that the other month has not runs over into the next one, as in GNU date.
  return unit === 'month'
    ? date.setUTCMonth(date.getUTCMonth() + count)
    : date.setUTCFullYear(date.getUTCFullYear() + count);
}

function absoluteTime(text: string, nowMs: number): number | undefined {
  if (text === '') return nowMs;
  const [, seconds] = /^@(-?\d+(?:\.\d+)?)$/u.exec(text) ?? [];
  if (seconds !== undefined) return Number(seconds) * 1000;
  // JavaScript reads the first as a month or a year, and runs the second over into the next month.
  if (/^\d{1,4}$/u.test(text) || !isDay(/^\d{4}-\d\d-\d\d/u.exec(text)?.[0])) return undefined;
  const plain = text.replace(/ UTC$/u, 'Z');
  const hasZone = /(?:Z|GMT|[+-]\d\d:?\d\d)$/u.test(plain);
  const isDateOnly = /^\d{4}-\d\d-\d\d$/u.test(plain);
  const timeMs = Date.parse(hasZone || isDateOnly ? plain : `${plain}Z`);
  return Number.isNaN(timeMs) ? undefined : timeMs;
}

/** Whether the calendar has the day; it is not asked about none. */
function isDay(text: string | undefined): boolean {
  if (text === undefined) return true;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
