import { toVixFailure } from '../../errors/vix-failure.js';
import type { VixError } from '../../vix/types.js';

/** How far a command came before it failed. */
export type Stage = 'connect' | 'open' | 'login' | 'command';

/** Why a command failed on its host. */
export class CommandFailure extends Error {
  readonly stage: Stage;
  readonly code: VixError;
  /** What vmrun says in place of the text of the code, without `Error: `. */
  readonly text: string | undefined;

  /** @param message why, for a person: operation, target, cause, next step. */
  constructor(stage: Stage, code: VixError, message: string, text?: string) {
    super(message);
    this.name = 'CommandFailure';
    this.stage = stage;
    this.code = code;
    this.text = text;
  }

  /**
   * What is thrown where the environment asks for what cannot be. Nothing of VMware's goes wrong there, so none of its
   * texts would tell what to do.
   */
  static ofEnvironment(error: unknown): CommandFailure {
    const { code, message } = toVixFailure(error);
    return new CommandFailure('command', code, message, message);
  }
}
