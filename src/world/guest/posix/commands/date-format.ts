const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

const dayMs = 86_400_000;

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** One conversion of `strftime`, in UTC. */
const conversions: Readonly<Record<string, (date: Date) => string>> = {
  '%': () => '%',
  n: () => '\n',
  t: () => '\t',
  Y: (date) => String(date.getUTCFullYear()),
  C: (date) => two(Math.floor(date.getUTCFullYear() / 100)),
  y: (date) => two(date.getUTCFullYear() % 100),
  m: (date) => two(date.getUTCMonth() + 1),
  d: (date) => two(date.getUTCDate()),
  e: (date) => String(date.getUTCDate()).padStart(2),
  H: (date) => two(date.getUTCHours()),
  I: (date) => two(date.getUTCHours() % 12 || 12),
  M: (date) => two(date.getUTCMinutes()),
  S: (date) => two(date.getUTCSeconds()),
  N: (date) => `${String(date.getUTCMilliseconds()).padStart(3, '0')}000000`,
  s: (date) => String(Math.floor(date.getTime() / 1000)),
  p: (date) => (date.getUTCHours() < 12 ? 'AM' : 'PM'),
  A: (date) => days[date.getUTCDay()] ?? '',
  a: (date) => (days[date.getUTCDay()] ?? '').slice(0, 3),
  B: (date) => months[date.getUTCMonth()] ?? '',
  b: (date) => (months[date.getUTCMonth()] ?? '').slice(0, 3),
  h: (date) => (months[date.getUTCMonth()] ?? '').slice(0, 3),
  j: (date) =>
    String(Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / dayMs) + 1).padStart(3, '0'),
  u: (date) => String(date.getUTCDay() || 7),
  w: (date) => String(date.getUTCDay()),
  Z: () => 'UTC',
  z: () => '+0000',
};

/** Conversions that stand for several others. */
const compound: Readonly<Record<string, string>> = {
  F: '%Y-%m-%d',
  T: '%H:%M:%S',
  R: '%H:%M',
  D: '%m/%d/%y',
  x: '%m/%d/%y',
  X: '%H:%M:%S',
  r: '%I:%M:%S %p',
  c: '%a %b %e %H:%M:%S %Y',
};

/** A time (ms since 1970) in a `date` format, in UTC. Unknown conversions stay as they are. */
export function formatDate(format: string, timeMs: number): string {
  const date = new Date(timeMs);
  const spread = format.replace(/%([A-Za-z])/gu, (all, letter: string) => compound[letter] ?? all);
  return spread.replace(/%(\d?)(-?)([A-Za-z%])/gu, (all, digits: string, dash: string, letter: string) => {
    const text = conversions[letter]?.(date);
    if (text === undefined) return all;
    if (digits !== '' && letter === 'N') return text.slice(0, Number(digits));
    return dash === '-' ? text.replace(/^[0 ]+(?=.)/u, '') : text;
  });
}
