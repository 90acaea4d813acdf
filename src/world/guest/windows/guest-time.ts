/** Dates and times as a Windows guest with US settings and UTC as its time zone prints them. */

const dayNames = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/** `01/31/2026`. */
export function dateText(timeMs: number): string {
  const date = new Date(timeMs);
  return `${twoDigits(date.getUTCMonth() + 1)}/${twoDigits(date.getUTCDate())}/${date.getUTCFullYear()}`;
}

/** `Sat 01/31/2026`, the value of %DATE%. */
export function dayAndDateText(timeMs: number): string {
  return `${dayNames[new Date(timeMs).getUTCDay()] ?? ''} ${dateText(timeMs)}`;
}

/** ` 9:05:07.04`, the value of %TIME%. */
export function timeText(timeMs: number): string {
  const date = new Date(timeMs);
  const hours = String(date.getUTCHours()).padStart(2, ' ');
  const hundredths = twoDigits(Math.floor(date.getUTCMilliseconds() / 10));
  return `${hours}:${twoDigits(date.getUTCMinutes())}:${twoDigits(date.getUTCSeconds())}.${hundredths}`;
}

function halfDay(hours: number): { readonly hour: number; readonly suffix: string } {
  return { hour: hours % 12 === 0 ? 12 : hours % 12, suffix: hours < 12 ? 'AM' : 'PM' };
}

/** `01/31/2026  09:05 AM`, as `dir` prints it. */
export function listingTimeText(timeMs: number): string {
  const date = new Date(timeMs);
  const { hour, suffix } = halfDay(date.getUTCHours());
  return `${dateText(timeMs)}  ${twoDigits(hour)}:${twoDigits(date.getUTCMinutes())} ${suffix}`;
}

/** `1/31/2026 9:05:07 AM`, as scripts and system programs print it. */
export function longTimeText(timeMs: number): string {
  const date = new Date(timeMs);
  const { hour, suffix } = halfDay(date.getUTCHours());
  const day = `${date.getUTCMonth() + 1}/${date.getUTCDate()}/${date.getUTCFullYear()}`;
  return `${day} ${hour}:${twoDigits(date.getUTCMinutes())}:${twoDigits(date.getUTCSeconds())} ${suffix}`;
}
