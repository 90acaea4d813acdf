import type { CallContext, GuestOps, ProgramSpec } from '../backends/backend.js';
import { findInterpreter, requireInterpreter, startInterpreter } from './interpreters.js';
import { redirected } from './program-output.js';
import { makePrivateDirectory, removePrivateDirectory } from './private-directory.js';
import { sizedBytes } from './sized-content.js';
import { tidily } from './tidily.js';
import type { GuestSession } from './guest-session.js';

/** A script on its way into the guest. */
export interface ScriptSpec {
  /** Absolute guest path of the interpreter, or its bare name; empty: the guest's own command interpreter. */
  readonly interpreter: string;
  readonly text: string;
  readonly activateWindow: boolean;
  /** Keep what the script prints in files of its directory, for `readOutput`. */
  readonly isCaptured?: boolean;
}

/** A script that was started. */
export interface StartedScript {
  readonly pid: number;
  /** The script's private directory. */
  readonly directory: string;
  /** Removes the script's private directory. Call it when the program has ended. */
  readonly cleanUp: (call: CallContext) => Promise<void>;
}

/** Interpreters that go by the extension of the file, or do better with the right one. */
const scriptExtensions: Readonly<Record<string, string>> = {
  cmd: '.bat',
  command: '.bat',
  cscript: '.vbs',
  wscript: '.vbs',
  powershell: '.ps1',
  pwsh: '.ps1',
  perl: '.pl',
  python: '.py',
  python3: '.py',
  ruby: '.rb',
  tclsh: '.tcl',
  sh: '.sh',
  bash: '.sh',
  ksh: '.sh',
};

/** Extension that a script needs for its interpreter; none for an unknown one. */
export function scriptExtension(interpreter: string, text = ''): string {
  const base = (interpreter.replaceAll('"', '').split(/[\\/]/).at(-1) ?? '').toLowerCase().replace(/\.exe$/, '');
  const extension = scriptExtensions[base] ?? '';
  return extension === '.vbs' ? hostedExtension(text) : extension;
}

/** The Windows script host goes by the extension alone, and VIX does not tell it the language. */
function hostedExtension(text: string): string {
  if (/^\s*(?:<\?xml[^>]*\?>\s*)?<(?:job|package)\b/i.test(text)) return '.wsf';
  const looksLikeJscript = /^\s*(?:var\s|\/\/|\/\*|\})|\{\s*$|^[^'\n]*;\s*$/m.test(text);
  return looksLikeJscript ? '.js' : '.vbs';
}

/** `cscript.exe //E:vbscript` and `cmd.exe /q /c` are a program and its switches. */
function splitInterpreter(interpreter: string): { readonly path: string; readonly switches: string } {
  const [, path = interpreter, switches = ''] =
    /^(.*[cw]script(?:\.exe)?"?)((?:\s+\/\/\S+)+)\s*$/i.exec(interpreter) ??
    /^(.*\bcmd(?:\.exe)?"?)((?:\s+\/[a-z](?::\S*)?)+)\s*$/i.exec(interpreter) ??
    [];
  // The script follows a `/c` in any case.
  const given = switches.split(/\s+/).filter((word) => word !== '' && word.toLowerCase() !== '/c');
  return { path: path.replace(/^"(.*)"$/, '$1'), switches: given.map((word) => `${word} `).join('') };
}

/** A text with the line ends of Windows. VIX wrote a script as it was given, which its doors keep to. */
export function windowsLines(text: string): string {
  return text.replace(/\r?\n/g, '\r\n');
}

/** What makes an interpreter run a script: VIX passed the file alone, which these two do not run. */
function argumentsFor(file: string, extension: string, family: GuestOps['family']): string {
  // cmd.exe takes a file only after /c, and strips one pair of quotes around the whole line.
  if (extension === '.bat' && family === 'windows') return `/c ""${file}""`;
  // Without these, a profile may print, and the default policy of Windows refuses every script.
  if (extension === '.ps1') return `-NoProfile -ExecutionPolicy Bypass -File "${file}"`;
  return `"${file}"`;
}

/**
 * Writes the script into a directory of its own that only the user can read, and starts its interpreter on it. When
 * the start fails nothing is left behind.
 *
 * @param leftBehind is told what could not be removed, and why.
 */
export async function startScript(
  session: GuestSession,
  script: ScriptSpec,
  call: CallContext,
  leftBehind: (error: unknown) => void,
): Promise<StartedScript> {
  const { ops } = session;
  const isWindows = ops.family === 'windows';
  const { path: interpreter, switches } = splitInterpreter(
    script.interpreter === '' ? await session.shell(call) : script.interpreter,
  );
  requireInterpreter(interpreter, ops.family);
  const directory = await makePrivateDirectory(session, { prefix: 'vixScript', leftBehind }, call);
  const cleanUp = (cleaning: CallContext): Promise<void> => removePrivateDirectory(session, directory, cleaning);
  try {
    const extension = scriptExtension(interpreter, script.text);
    const file = `${directory}${isWindows ? '\\' : '/'}vixScript${extension}`;
    const content = sizedBytes(new TextEncoder().encode(script.text));
    await session.request(call, () => ops.files.write(file, content, call, { isPrivate: true }));
    const { activateWindow, isCaptured = false } = script;
    const command = { arguments: switches + argumentsFor(file, extension, ops.family), activateWindow };
    const pid = isCaptured
      ? await startRedirected(session, interpreter, command, directory, call)
      : await startInterpreter(session, interpreter, command, call);
    return { pid, directory, cleanUp };
  } catch (error) {
    await tidily(call, cleanUp).catch(leftBehind);
    throw error;
  }
}

/** Starts an interpreter through the guest's own, with what it prints in files of the script's directory. */
async function startRedirected(
  session: GuestSession,
  interpreter: string,
  command: Omit<ProgramSpec, 'path'>,
  directory: string,
  call: CallContext,
): Promise<number> {
  const path = await findInterpreter(session, interpreter, call);
  const shell = await session.shell(call);
  return session.start({ ...command, ...redirected(session.ops.family, shell, { ...command, path }, directory) }, call);
}

/** The same call without its signal: what tidies up must run also after a cancel. */
export function withoutSignal(call: CallContext): CallContext {
  return { signal: new AbortController().signal, clock: call.clock, progress: () => undefined };
}
