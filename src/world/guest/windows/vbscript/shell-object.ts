import { Fault } from '../../../../base/fault.js';
import type { ProgramStartOptions, RegistryValue } from '../../program.js';
import { findProgram } from '../find-program.js';
import { isDirectory } from '../file-patterns.js';
import { extensionOf } from '../paths.js';
import { systemMessageOf, systemMessages } from '../system-messages.js';
import { OutputCollector } from '../text.js';
import { collectionOf, objectOf } from './members.js';
import { type ScriptContext, scriptPathOf } from './script-context.js';
import { TextReader, textStream } from './text-stream.js';
import { toText, toWhole, VbArray, vbError, type VbObject, VbRuntimeError, type VbValue } from './values.js';

/** Number of a failure of the system, as COM shows it. */
function systemError(code: number, text: string): VbRuntimeError {
  return new VbRuntimeError(-2_147_024_896 + code, text, '(null)');
}

function registryError(method: string, text: string): VbRuntimeError {
  return new VbRuntimeError(-2_147_024_894, text, `WshShell.${method}`);
}

interface SplitCommand {
  readonly program: string;
  readonly args: string;
}

function splitCommand(line: string): SplitCommand {
  const match = /^\s*(?:"([^"]*)"|(\S+))\s*(.*)$/s.exec(line);
  return { program: match?.[1] ?? match?.[2] ?? '', args: match?.[3] ?? '' };
}

interface Launch {
  readonly path: string;
  readonly args: string;
}

/** What a command line starts: batches and scripts through what runs them. */
function launchOf({ program, environment }: ScriptContext, line: string): Launch {
  const { program: name, args } = splitCommand(environment.expand(line));
  const search = { files: program.files, environment, workingDirectory: program.workingDirectory };
  const path = findProgram(name, search);
  if (path === undefined) throw systemError(systemMessages.fileNotFound.code, systemMessages.fileNotFound.text);
  const extension = extensionOf(path).toLowerCase();
  if (extension === '.bat' || extension === '.cmd') {
    return { path: 'C:\\Windows\\System32\\cmd.exe', args: `/c ""${path}" ${args}"` };
  }
  if (extension === '.vbs' || extension === '.js' || extension === '.wsf') {
    return { path: 'C:\\Windows\\System32\\wscript.exe', args: `"${path}" ${args}` };
  }
  return { path, args };
}

/** Does what starts a program; a refusal of the guest becomes an error of the script. */
async function attempt<T>({ program }: ScriptContext, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    if (program.signal.aborted || !(error instanceof Fault)) throw error;
    const message = systemMessageOf(error);
    throw systemError(message.code, message.text);
  }
}

/** Runs a command line to its end. A window of its own takes its output; the script's stays clean. */
function runToEnd(context: ScriptContext, line: string): Promise<number> {
  const { program, environment } = context;
  const { path, args } = launchOf(context, line);
  return attempt(context, () =>
    program.run(path, args, {
      writeStdout: () => undefined,
      writeStderr: () => undefined,
      stdin: new Uint8Array(0),
      workingDirectory: program.workingDirectory,
      environment: new Map(environment.entries()),
    }),
  );
}

/** Starts a command line as a process of its own. @returns its process id. */
function startApart(context: ScriptContext, line: string, output: ProgramStartOptions['output']): Promise<number> {
  const { program, environment } = context;
  const { path, args } = launchOf(context, line);
  return attempt(context, () =>
    program.start(path, args, {
      workingDirectory: program.workingDirectory,
      environment: new Map(environment.entries()),
      ...(output === undefined ? {} : { output }),
    }),
  );
}

/** What `Status` of a command says. */
const running = 0;
const finished = 1;

/** The command runs beside the script; the script waits for its end when it looks at what the command prints. */
async function exec(context: ScriptContext, line: string): Promise<VbObject> {
  const { program } = context;
  const collected = { stdout: new OutputCollector(), stderr: new OutputCollector() };
  let exitCode: number | undefined;
  const pid = await startApart(context, line, (data, stream) => collected[stream].write(data));
  const ended = program.wait(pid).then(
    (code) => {
      exitCode = code ?? 0;
    },
    // The wait fails only when the script itself is ended.
    () => undefined,
  );
  const reader = (stream: 'stdout' | 'stderr'): (() => Promise<VbObject>) => {
    let opened: VbObject | undefined;
    return async () => {
      await ended;
      program.signal.throwIfAborted();
      opened ??= textStream({ reader: new TextReader(collected[stream].text()) });
      return opened;
    };
  };
  return objectOf('WshExec', {
    members: {
      exitcode: () => exitCode ?? 0,
      processid: () => pid,
      status: () => (exitCode === undefined ? running : finished),
      stdout: reader('stdout'),
      stderr: reader('stderr'),
      terminate: async () => {
        if (exitCode === undefined) {
          await attempt(context, async () => program.kill(pid));
          await ended;
        }
        return undefined;
      },
    },
  });
}

/** A path of RegRead and its like: a key when it ends in a backslash, else a key and a value's name. */
function splitRegistryPath(path: string): { readonly key: string; readonly name: string; readonly isKey: boolean } {
  const last = path.lastIndexOf('\\');
  return { key: path.slice(0, Math.max(0, last)), name: path.slice(last + 1), isKey: path.endsWith('\\') };
}

function registryData(value: RegistryValue): VbValue {
  if (value.type === 'REG_MULTI_SZ') return new VbArray([...value.data]);
  if (value.type === 'REG_BINARY') return new VbArray([...value.data]);
  if (value.type === 'REG_QWORD') return Number(value.data);
  return value.data;
}

function regRead(context: ScriptContext, path: string): VbValue {
  const { key, name } = splitRegistryPath(path);
  const unable = registryError('RegRead', `Unable to open registry key "${path}" for reading.`);
  try {
    const values = context.program.registry?.values(key) ?? [];
    const found = values.find((value) => value.name.toLowerCase() === name.toLowerCase());
    if (found === undefined) throw unable;
    return registryData(found);
  } catch (error) {
    throw error instanceof Fault ? unable : error;
  }
}

function regWrite(context: ScriptContext, [path, data, type]: readonly VbValue[]): undefined {
  const { key, name } = splitRegistryPath(toText(path));
  const wanted = type === undefined ? 'REG_SZ' : toText(type).toUpperCase();
  let value: RegistryValue;
  if (wanted === 'REG_SZ' || wanted === 'REG_EXPAND_SZ') value = { name, type: wanted, data: toText(data) };
  else if (wanted === 'REG_DWORD') value = { name, type: wanted, data: toWhole(data) >>> 0 };
  else throw vbError(5);
  try {
    context.program.registry?.setValue(key, value);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw registryError('RegWrite', `Invalid root in registry key "${toText(path)}".`);
  }
}

function regDelete(context: ScriptContext, path: string): undefined {
  const { key, name, isKey } = splitRegistryPath(path);
  try {
    if (isKey) context.program.registry?.deleteKey(key, { recursive: false });
    else context.program.registry?.deleteValue(key, name);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw registryError('RegDelete', `Unable to remove registry key "${path}".`);
  }
}

function environmentObject({ environment }: ScriptContext): VbObject {
  const item = ([name]: readonly VbValue[]): VbValue => environment.get(toText(name)) ?? '';
  const set = ([name]: readonly VbValue[], value: VbValue): void => environment.set(toText(name), toText(value));
  const items = (): string[] => environment.entries().map(([name, value]) => `${name}=${value}`);
  return objectOf('WshEnvironment', {
    members: {
      '': item,
      count: () => items().length,
      item,
      remove: ([name]) => {
        environment.delete(toText(name));
        return undefined;
      },
    },
    setters: { '': set, item: set },
    items,
  });
}

/** Folders of the user's desktop by their names in lower case, below the user's home. */
const userFolders: Readonly<Record<string, string>> = {
  appdata: 'AppData\\Roaming',
  desktop: 'Desktop',
  favorites: 'Favorites',
  mydocuments: 'Documents',
  startmenu: 'AppData\\Roaming\\Microsoft\\Windows\\Start Menu',
  startup: 'AppData\\Roaming\\Microsoft\\Windows\\Start Menu\\Programs\\Startup',
};

function specialFolders({ program }: ScriptContext): VbObject {
  const paths = (): string[] => Object.values(userFolders).map((folder) => `${program.user.home}\\${folder}`);
  return collectionOf('WshCollection', paths, ([name]) => {
    const folder = userFolders[toText(name).toLowerCase()];
    return folder === undefined ? '' : `${program.user.home}\\${folder}`;
  });
}

/** `WScript.Shell`. */
export function shellObject(context: ScriptContext): VbObject {
  const { program } = context;
  const environment = environmentObject(context);
  return objectOf('WshShell', {
    members: {
      currentdirectory: () => program.workingDirectory,
      environment: () => environment,
      exec: ([line]) => exec(context, toText(line)),
      expandenvironmentstrings: ([text]) => context.environment.expand(toText(text)),
      // Nobody sits at the screen: the box counts as closed with OK.
      popup: () => 1,
      regdelete: ([path]) => regDelete(context, toText(path)),
      regread: ([path]) => regRead(context, toText(path)),
      regwrite: (args) => regWrite(context, args),
      run: async ([line, , waits]) => {
        if (waits === true || (typeof waits === 'number' && waits !== 0)) return runToEnd(context, toText(line));
        await startApart(context, toText(line), undefined);
        return 0;
      },
      specialfolders: ([name]) => {
        const folders = specialFolders(context);
        return name === undefined ? folders : folders.call('', [name]);
      },
    },
    setters: {
      currentdirectory: (_args, value) => {
        const path = scriptPathOf(context, toText(value));
        if (!isDirectory(program.files, path)) throw systemError(2, systemMessages.fileNotFound.text);
        program.workingDirectory = path;
      },
    },
  });
}

/** `WScript.Network`. */
export function networkObject({ program }: ScriptContext): VbObject {
  return objectOf('WshNetwork', {
    members: {
      computername: () => program.hostName,
      userdomain: () => program.hostName,
      username: () => program.user.name,
    },
  });
}
