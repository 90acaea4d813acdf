import type { GuestProgram } from '../program.js';
import { cmd } from './cmd/cmd.js';
import { attrib } from './programs/attrib.js';
import { robocopy, xcopy } from './programs/copy-trees.js';
import { fc, find, more, sort } from './programs/filters.js';
import { findstr } from './programs/findstr.js';
import { hostname, ipconfig, systeminfo, whoami } from './programs/identity.js';
import { ping, timeout } from './programs/network.js';
import { reg } from './programs/reg.js';
import { cscript, wscript } from './programs/script-host.js';
import { net, sc } from './programs/services.js';
import { chcp, shutdown } from './programs/system.js';
import { taskkill, tasklist } from './programs/tasks.js';
import { where } from './programs/where.js';

/** What the programs of a Windows guest do, by file name in lower case; their files belong in `C:\Windows\System32`. */
export const windowsPrograms: Readonly<Record<string, GuestProgram>> = {
  'attrib.exe': attrib,
  'chcp.com': chcp,
  'cmd.exe': cmd,
  'cscript.exe': cscript,
  'fc.exe': fc,
  'find.exe': find,
  'findstr.exe': findstr,
  'hostname.exe': hostname,
  'ipconfig.exe': ipconfig,
  'more.com': more,
  'net.exe': net,
  'ping.exe': ping,
  'reg.exe': reg,
  'robocopy.exe': robocopy,
  'sc.exe': sc,
  'shutdown.exe': shutdown,
  'sort.exe': sort,
  'systeminfo.exe': systeminfo,
  'taskkill.exe': taskkill,
  'tasklist.exe': tasklist,
  'timeout.exe': timeout,
  'where.exe': where,
  'whoami.exe': whoami,
  'wscript.exe': wscript,
  'xcopy.exe': xcopy,
};

/** How long a program that only waits stays, by its arguments: milliseconds, or null for "until killed". */
export type PassiveProgram = (args: string) => number | null;

/** Milliseconds that `explorer.exe` takes to hand a folder to the desktop that runs already. */
const handOverMs = 500;

/** Programs with a window that a mock guest does not draw: they sit in the process table until they are killed. */
export const passiveWindowsPrograms: Readonly<Record<string, PassiveProgram>> = {
  'calc.exe': () => null,
  'explorer.exe': (args) => (args.trim() === '' ? null : handOverMs),
  'mspaint.exe': () => null,
  'notepad.exe': () => null,
  'winver.exe': () => null,
};
