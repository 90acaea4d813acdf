import type { GuestProgram } from '../program.js';
import { cmd } from './cmd/cmd.js';
import { attrib } from './programs/attrib.js';
import { robocopy, xcopy } from './programs/copy-trees.js';
import { fc, find, more, sort } from './programs/filters.js';
import { findstr } from './programs/findstr.js';
import { hostname, ipconfig, systeminfo, whoami } from './programs/identity.js';
import { net } from './programs/net.js';
import { ping, timeout } from './programs/network.js';
import { reg } from './programs/reg.js';
import { cscript, wscript } from './programs/script-host.js';
import { sc } from './programs/services.js';
import { setx } from './programs/setx.js';
import { shutdown } from './programs/shutdown.js';
import { chcp } from './programs/system.js';
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
  'setx.exe': setx,
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
