import { dayAndDateText, timeText } from '../../guest-time.js';
import { driveOf } from '../../paths.js';
import { windowsVersion } from '../../version.js';
import { type Builtin, type BuiltinCall, print, printError, wrongSyntax } from '../builtin.js';
import { isDirectory } from '../../file-patterns.js';

/** Every volume of a mock guest has this serial number. */
const volumeSerial = '5E1F-0C2D';

const echo: Builtin = (call) => {
  const { session } = call;
  const text = call.arguments;
  const trimmed = text.trim().toLowerCase();
  const separated = text === '' || /^[\s,;=]/.test(text);
  if (separated && trimmed === '') print(call, `ECHO is ${session.isEchoOn ? 'on' : 'off'}.`);
  else if (separated && (trimmed === 'on' || trimmed === 'off')) session.isEchoOn = trimmed === 'on';
  else print(call, text.startsWith('"') ? text : text.slice(1));
  return undefined;
};

const cls: Builtin = (call) => {
  call.streams.stdout('\f');
  return undefined;
};

const nothing: Builtin = () => undefined;

const ver: Builtin = (call) => {
  print(call, '');
  print(call, `Microsoft Windows [Version ${windowsVersion(call.session.context.osName)}]`);
  return 0;
};

/** Prints name and serial number of the volume in a drive such as `C:`. */
export function printVolume(call: BuiltinCall, drive: string): void {
  print(call, ` Volume in drive ${drive.slice(0, 1)} has no label.`);
  print(call, ` Volume Serial Number is ${volumeSerial}`);
}

const vol: Builtin = (call) => {
  const word = call.arguments.trim();
  const drive = word === '' ? driveOf(call.session.workingDirectory) : word.toUpperCase();
  if (!/^[A-Z]:$/.test(drive)) return wrongSyntax(call);
  if (!isDirectory(call.session.files, `${drive}\\`)) {
    printError(call, 'The system cannot find the path specified.');
    return 1;
  }
  printVolume(call, drive);
  return 0;
};

const date: Builtin = (call) => {
  const text = dayAndDateText(call.session.context.clock.now());
  print(call, /\/t/i.test(call.arguments) ? `${text} ` : `The current date is: ${text} `);
  return 0;
};

const time: Builtin = (call) => {
  const text = timeText(call.session.context.clock.now());
  const short = new Date(call.session.context.clock.now());
  const hours = short.getUTCHours();
  const minutes = String(short.getUTCMinutes()).padStart(2, '0');
  const shortText = `${String(hours % 12 === 0 ? 12 : hours % 12).padStart(2, '0')}:${minutes} ${hours < 12 ? 'AM' : 'PM'}`;
  print(call, /\/t/i.test(call.arguments) ? shortText : `The current time is: ${text}`);
  return 0;
};

/** Built-in commands about the console and the system. */
export const consoleBuiltins: Readonly<Record<string, Builtin>> = {
  cls,
  color: nothing,
  date,
  echo,
  prompt: nothing,
  time,
  title: nothing,
  ver,
  verify: nothing,
  vol,
};
