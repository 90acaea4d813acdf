import { setImmediate as nextTurn } from 'node:timers/promises';
import type { GuestProgram, ProgramContext } from '../../program.js';
import { splitArguments } from '../arguments.js';
import { Environment } from '../environment.js';
import { isFile } from '../file-patterns.js';
import { enterInterpreter } from '../nesting.js';
import { extensionOf } from '../paths.js';
import { defaultStepLimit, LimitReached, StepCounter } from '../step-counter.js';
import { decodeText } from '../text.js';
import { dictionary } from '../vbscript/dictionary.js';
import { fileSystemObject } from '../vbscript/file-system-object.js';
import { Interpreter, QuitScript, ScriptFailure } from '../vbscript/interpreter.js';
import { VbCompileError } from '../vbscript/lexer.js';
import { parseScript } from '../vbscript/parser.js';
import type { ScriptContext } from '../vbscript/script-context.js';
import { networkObject, shellObject } from '../vbscript/shell-object.js';
import type { VbObject } from '../vbscript/values.js';
import { scriptHostVersion, wscriptObject } from '../vbscript/wscript-object.js';
import { printErrorLine, printLine, programPath } from './program-output.js';

/** Classes that scripts can create, by their names in lower case. */
const classes: Readonly<Record<string, (context: ScriptContext) => VbObject>> = {
  'scripting.dictionary': dictionary,
  'scripting.filesystemobject': fileSystemObject,
  'wscript.network': networkObject,
  'wscript.shell': shellObject,
};

/** Engines by file extension. */
const engines: Readonly<Record<string, 'vbscript' | 'jscript' | 'wsf'>> = {
  '.js': 'jscript',
  '.jse': 'jscript',
  '.vbe': 'vbscript',
  '.vbs': 'vbscript',
  '.wsf': 'wsf',
};

interface HostOptions {
  readonly script: string | undefined;
  readonly words: readonly string[];
  /** After `//E:`, in lower case. */
  readonly engine: string | undefined;
  readonly hasBanner: boolean;
  /** After `//B`: failures are not shown. */
  readonly isSilent: boolean;
  readonly unknown: string | undefined;
}

function parseHostOptions(commandLine: string): HostOptions {
  const all = splitArguments(commandLine);
  const switches = all.filter((word) => word.startsWith('//')).map((word) => word.slice(2).toLowerCase());
  const [script, ...words] = all.filter((word) => !word.startsWith('//'));
  return {
    script,
    words,
    engine: switches.find((name) => name.startsWith('e:'))?.slice(2),
    hasBanner: !switches.includes('nologo'),
    isSilent: switches.includes('b'),
    unknown: switches.find((name) => !/^(nologo|logo|b|i|u|s|d|x|e:.+|t:\d+|h:[cw]script|job:.+)$/.test(name)),
  };
}

/** The VBScript of a .wsf file: the texts of its script elements. Undefined when it is in another language. */
function scriptsOfJob(text: string): string | undefined {
  const scripts = [...text.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/gi)];
  if (scripts.some(([, attributes]) => !/language\s*=\s*["']?vbscript/i.test(attributes ?? ''))) return undefined;
  return scripts.map(([, , body]) => (body ?? '').replace(/^\s*<!\[CDATA\[|\]\]>\s*$/g, '')).join('\r\n');
}

async function runScript(
  context: ProgramContext,
  path: string,
  script: string,
  options: HostOptions,
  isConsole: boolean,
): Promise<number> {
  const report = (line: number, column: number, source: string, message: string): number => {
    if (isConsole && !options.isSilent) printErrorLine(context, `${path}(${line}, ${column}) ${source}: ${message}`);
    return 1;
  };
  const scriptContext: ScriptContext = {
    program: context,
    environment: new Environment(context.environment),
    scriptPath: path,
    words: options.words,
    atEnd: new Set(),
  };
  const createObject = (name: string): VbObject | undefined => {
    const key = name.toLowerCase();
    return Object.hasOwn(classes, key) ? classes[key]?.(scriptContext) : undefined;
  };
  const wscript = wscriptObject(scriptContext, { isConsole, createObject });
  let randomState = context.clock.now() >>> 0;
  try {
    enterInterpreter(scriptContext.environment);
    const interpreter = new Interpreter(parseScript(script), {
      steps: new StepCounter(defaultStepLimit, context),
      globals: new Map([
        ['wscript', wscript],
        ['wsh', wscript],
      ]),
      get nowMs() {
        return context.clock.now();
      },
      random: () => {
        randomState = (Math.imul(randomState, 1_140_671_485) + 12_820_163) & 0xff_ffff;
        return randomState / 0x100_0000;
      },
      createObject,
    });
    await interpreter.run();
    return 0;
  } catch (error) {
    if (error instanceof QuitScript) return error.exitCode;
    if (error instanceof VbCompileError) {
      return report(error.line, error.column, 'Microsoft VBScript compilation error', error.message);
    }
    if (error instanceof ScriptFailure)
      return report(error.line, error.column, error.error.source, error.error.message);
    if (!(error instanceof LimitReached)) throw error;
    printErrorLine(context, error.message);
    return 1;
  } finally {
    if (!context.signal.aborted) for (const finish of scriptContext.atEnd) finish();
  }
}

/** @param isConsole prints to the console; else shows boxes, which nobody sees, and prints nothing. */
function scriptHost(isConsole: boolean): GuestProgram {
  return async (context) => {
    await nextTurn();
    context.signal.throwIfAborted();
    const options = parseHostOptions(context.arguments);
    const refuse = (message: string): number => {
      if (isConsole) printErrorLine(context, `Input Error: ${message}`);
      return 1;
    };
    if (isConsole && options.hasBanner) {
      printLine(context, `Microsoft (R) Windows Script Host Version ${scriptHostVersion}`);
      printLine(context, 'Copyright (C) Microsoft Corporation. All rights reserved.');
      printLine(context);
    }
    if (options.unknown !== undefined) return refuse(`Unknown option "//${options.unknown}" specified.`);
    if (options.script === undefined) {
      if (isConsole) printLine(context, 'Usage: CScript scriptname.extension [option...] [arguments...]');
      return 0;
    }
    const path = programPath(context, options.script);
    if (!isFile(context.files, path)) return refuse(`Can not find script file "${path}".`);
    const extension = extensionOf(path);
    const engine = options.engine ?? engines[extension.toLowerCase()];
    if (engine === undefined) return refuse(`There is no script engine for file extension "${extension}".`);
    if (options.engine !== undefined && !/^(vbscript|jscript|javascript)$/.test(engine)) {
      return refuse(`Can not find script engine "${options.engine}" for script "${path}".`);
    }
    const text = decodeText(context.files.read(path).bytes());
    const script = engine === 'wsf' ? scriptsOfJob(text) : engine === 'vbscript' ? text : undefined;
    if (script === undefined) {
      return refuse(
        `The mock guest runs VBScript only; "${path}" is JScript. Write it in VBScript or as a batch file.`,
      );
    }
    return runScript(context, path, script, options, isConsole);
  };
}

/** The script host of the console. */
export const cscript: GuestProgram = scriptHost(true);

/** The script host with windows: what it would show in boxes is not printed. */
export const wscript: GuestProgram = scriptHost(false);
