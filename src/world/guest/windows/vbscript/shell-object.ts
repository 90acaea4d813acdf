import { Fault } from '../../../../base/fault.js';
import type { RegistryValue } from '../../program.js';
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

interface CommandOutput {
  readonly writeStdout: (output: Uint8Array | string) => void;
  readonly writeStderr: (output: Uint8Array | string) => void;
}

/** Runs a command line to its end; batches and scripts through what runs them. */
async function runCommand(context: ScriptContext, line: string, output: CommandOutput): Promise<number> {
  const { program, environment } = context;
  const { program: name, args } = splitCommand(environment.expand(line));
  const search = { files: program.files, environment, workingDirectory: program.workingDirectory };
  const path = findProgram(name, search);
  if (path === undefined) throw systemError(systemMessages.fileNotFound.code, systemMessages.fileNotFound.text);
  const extension = extensionOf(path).toLowerCase();
  const [starter, startArgs] =
    extension === '.bat' || extension === '.cmd'
      ? ['C:\\Windows\\System32\\cmd.exe', `/c ""${path}" ${args}"`]
      : extension === '.vbs' || extension === '.js' || extension === '.wsf'
        ? ['C:\\Windows\\System32\\wscript.exe', `"${path}" ${args}`]
        : [path, args];
  try {
    return await program.run(starter, startArgs, {
      ...output,
      stdin: new Uint8Array(0),
      workingDirectory: program.workingDirectory,
      environment: new Map(environment.entries()),
    });
  } catch (error) {
    if (program.signal.aborted || !(error instanceof Fault)) throw error;
    const message = systemMessageOf(error);
    throw systemError(message.code, message.text);
  }
}

async function exec(context: ScriptContext, line: string): Promise<VbObject> {
  const [stdout, stderr] = [new OutputCollector(), new OutputCollector()];
  const exitCode = await runCommand(context, line, { writeStdout: stdout.write, writeStderr: stderr.write });
  const streams = {
    stdout: textStream({ reader: new TextReader(stdout.text()) }),
    stderr: textStream({ reader: new TextReader(stderr.text()) }),
  };
  return objectOf('WshExec', {
    members: {
      exitcode: () => exitCode,
      processid: () => context.program.pid,
      // The command has ended before the script sees it.
      status: () => 1,
      stdout: () => streams.stdout,
      stderr: () => streams.stderr,
      terminate: () => undefined,
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

/** `WScript.Shell`. A command runs to its end also when the script does not ask to wait. */
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
        // A window of its own takes the output of the command; the script's stays clean.
        const drop = (): void => undefined;
        const exitCode = await runCommand(context, toText(line), { writeStdout: drop, writeStderr: drop });
        return waits === true || (typeof waits === 'number' && waits !== 0) ? exitCode : 0;
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
