import type { UserFiles } from '../../guest-files.js';
import type { ProgramContext } from '../../program.js';
import { Environment } from '../environment.js';
import { dayAndDateText, timeText } from '../guest-time.js';
import { driveOf } from '../paths.js';
import type { ExpansionContext, ForVariables } from './expansion.js';
import type { StepCounter } from '../step-counter.js';
import type { CmdLimits } from './limits.js';

/** A batch file, or a part of one that a `call :label` runs. */
export interface BatchFrame {
  readonly path: string;
  readonly lines: readonly string[];
  /** Number of the line that comes next. */
  position: number;
  /** The batch's own name, then its words; `shift` removes from it. */
  parameters: string[];
  readonly allParameters: string;
  /** Did `shift` remove the name? */
  isNameShifted: boolean;
  /** How many `setlocal` were open when it began. */
  readonly scopes: number;
}

/** What `endlocal` brings back. */
interface Scope {
  readonly environment: Environment;
  readonly workingDirectory: string;
  readonly hasDelayedExpansion: boolean;
}

/** Multiplier and increment of the usual C library's generator of random numbers. */
const randomMultiplier = 214013;
const randomIncrement = 2531011;

/** State of a running interpreter: variables, directories, error level, the batch that runs. */
export class CmdSession implements ExpansionContext {
  readonly context: ProgramContext;
  readonly files: UserFiles;
  readonly limits: CmdLimits;
  readonly steps: StepCounter;
  environment: Environment;
  errorLevel = 0;
  isEchoOn: boolean;
  hasDelayedExpansion: boolean;
  batch: BatchFrame | undefined;
  forVariables: ForVariables = new Map();
  /** Directories that `pushd` left, the last one first to come back. */
  readonly pushed: string[] = [];
  callDepth = 0;
  readonly driveDirectories = new Map<string, string>();
  #workingDirectory: string;
  readonly #scopes: Scope[] = [];
  #randomState: number;

  constructor(context: ProgramContext, limits: CmdLimits, steps: StepCounter) {
    this.context = context;
    this.files = context.files;
    this.limits = limits;
    this.steps = steps;
    this.environment = new Environment(context.environment);
    this.#workingDirectory = context.workingDirectory;
    this.isEchoOn = true;
    this.hasDelayedExpansion = false;
    this.#randomState = (Math.floor(context.clock.now() / 1000) ^ context.pid) >>> 0;
  }

  get workingDirectory(): string {
    return this.#workingDirectory;
  }

  set workingDirectory(path: string) {
    this.#workingDirectory = path;
    this.driveDirectories.set(driveOf(path), path);
  }

  get parameters(): readonly string[] | undefined {
    return this.batch?.parameters;
  }

  get batchPath(): string | undefined {
    return this.batch?.isNameShifted === true ? undefined : this.batch?.path;
  }

  get allParameters(): string {
    return this.batch?.allParameters ?? '';
  }

  variable(name: string): string | undefined {
    return this.environment.get(name) ?? this.#computed(name.toUpperCase());
  }

  /** Is there such a variable, as `if defined` sees it? */
  isDefined(name: string): boolean {
    return this.variable(name) !== undefined;
  }

  #computed(name: string): string | undefined {
    switch (name) {
      case 'CD':
        return this.#workingDirectory;
      case 'ERRORLEVEL':
        return String(this.errorLevel);
      case 'RANDOM':
        this.#randomState = (Math.imul(this.#randomState, randomMultiplier) + randomIncrement) >>> 0;
        return String((this.#randomState >>> 16) & 0x7fff);
      case 'DATE':
        return dayAndDateText(this.context.clock.now());
      case 'TIME':
        return timeText(this.context.clock.now());
      case 'CMDEXTVERSION':
        return '2';
      case 'CMDCMDLINE':
        return `${this.context.path} ${this.context.arguments}`;
      default:
        return undefined;
    }
  }

  get scopes(): number {
    return this.#scopes.length;
  }

  openScope(): void {
    this.#scopes.push({
      environment: this.environment.copy(),
      workingDirectory: this.#workingDirectory,
      hasDelayedExpansion: this.hasDelayedExpansion,
    });
  }

  /** Does nothing where no scope is open. */
  closeScope(): void {
    const scope = this.#scopes.pop();
    if (scope === undefined) return;
    this.environment = scope.environment;
    this.workingDirectory = scope.workingDirectory;
    this.hasDelayedExpansion = scope.hasDelayedExpansion;
  }

  /** A session like this one whose changes stay its own, as for one side of a pipe. */
  fork(): CmdSession {
    const fork = new CmdSession(this.context, this.limits, this.steps);
    fork.environment = this.environment.copy();
    fork.workingDirectory = this.#workingDirectory;
    fork.errorLevel = this.errorLevel;
    fork.isEchoOn = this.isEchoOn;
    fork.hasDelayedExpansion = this.hasDelayedExpansion;
    fork.batch = this.batch === undefined ? undefined : { ...this.batch, parameters: [...this.batch.parameters] };
    fork.forVariables = this.forVariables;
    fork.callDepth = this.callDepth;
    return fork;
  }
}
