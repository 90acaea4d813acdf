import type { GuestProgram, ProgramContext } from '../../program.js';
import { splitSwitches } from '../arguments.js';
import { printErrorLine } from './program-output.js';

/** What each switch does; the others say how. */
const actions: Readonly<Record<string, 'off' | 'reset' | 'log-off' | 'hibernate' | 'abort'>> = {
  s: 'off',
  sg: 'off',
  p: 'off',
  r: 'reset',
  g: 'reset',
  l: 'log-off',
  h: 'hibernate',
  a: 'abort',
};
const otherSwitches = /^(?:f|hybrid|soft|fw|t(?::\d+)?|c(?::.*)?|d(?::.*)?)$/;

const defaultDelaySeconds = 30;

/** Errors of the system, by what is wrong. */
const errors = {
  accessDenied: { code: 5, text: 'Access is denied.(5)' },
  networkPath: { code: 53, text: 'The network path was not found.(53)' },
  noHibernation: { code: 1, text: 'Hibernation is not enabled on this system.(119)' },
  nothingToAbort: {
    code: 1116,
    text: 'Unable to abort the system shutdown because no shutdown was in progress.(1116)',
  },
  noMachine: { code: 1, text: 'There is no machine to switch off.(50)' },
} as const;

function fail(context: ProgramContext, error: keyof typeof errors): number {
  printErrorLine(context, errors[error].text);
  return errors[error].code;
}

/** Waits in a process of its own that looks like the command, so that `shutdown /a` and `taskkill` find it. */
async function later(context: ProgramContext, change: 'off' | 'reset', seconds: number): Promise<void> {
  const command = `ping -n ${seconds + 1} 127.0.0.1 >nul & shutdown /${change === 'off' ? 's' : 'r'} /t 0`;
  const shownAs = { name: 'shutdown.exe', commandLine: `shutdown.exe ${context.arguments}`.trim() };
  await context.start('C:\\Windows\\System32\\cmd.exe', `/c "${command}"`, { shownAs });
}

function abort(context: ProgramContext): number {
  const waiting = context
    .processes()
    .filter(({ name, pid }) => name.toLowerCase() === 'shutdown.exe' && pid !== context.pid);
  if (waiting.length === 0) return fail(context, 'nothingToAbort');
  for (const { pid } of waiting) context.kill(pid);
  return 0;
}

/**
 * `shutdown /s|/r|/p|/a [/t seconds] ...`, for administrators. `/l` ends without effect, for guest programs run in no
 * session. One that waits longer than a program of the guest may run ends without effect.
 */
export const shutdown: GuestProgram = async (context) => {
  const { switches } = splitSwitches(context.arguments.replace(/(^|\s)-(?=[a-z])/gi, '$1/'));
  const [action, ...more] = switches.flatMap((name) => actions[name] ?? []);
  if (switches.some((name) => name.startsWith('m:'))) return fail(context, 'networkPath');
  const isKnown = switches.every((name) => actions[name] !== undefined || otherSwitches.test(name));
  if (action === undefined || more.length > 0 || !isKnown) {
    printErrorLine(context, 'Usage: shutdown [/s | /r | /l | /a | /p | /h] [/f] [/t seconds] [/c "comment"]');
    return 1;
  }
  if (action === 'log-off') return 0;
  if (action === 'hibernate') return fail(context, 'noHibernation');
  if (!context.user.isAdministrator) return fail(context, 'accessDenied');
  if (action === 'abort') return abort(context);
  if (context.requestPower === undefined) return fail(context, 'noMachine');
  const [, asked] = /(?:^|\s)[-/]t[:\s]\s*(\d+)/i.exec(context.arguments) ?? [];
  const seconds = switches.includes('p') ? 0 : Number(asked ?? defaultDelaySeconds);
  if (seconds === 0) context.requestPower(action);
  else await later(context, action, seconds);
  return 0;
};
