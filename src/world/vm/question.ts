import { randomUUID } from 'node:crypto';
import { Fault } from '../../base/fault.js';
import type { WorldCall } from '../world-call.js';
import { startTransition, turnOff } from './power-state.js';
import type { VmRecord } from './vm-record.js';
import type { VmScope } from './vm-scope.js';

/** Answers of a dialog at power-on: the last one gives up, every other goes on. */
const powerOnChoices = ['I moved it', 'I copied it', 'Cancel'] as const;

/** Raises a dialog that blocks the power-on until it is answered or the machine is powered off. */
export function raiseQuestion(record: VmRecord, text: string): void {
  record.power.phase = 'powering-on';
  record.question = { id: randomUUID(), text, choices: [...powerOnChoices], defaultChoice: 0 };
}

/** @throws Fault `vm-question-pending` with the text of the dialog, while one waits for an answer. */
export function requireNoQuestion(record: VmRecord): void {
  if (record.question === null) return;
  throw new Fault(
    'vm-question-pending',
    `'${record.name}' waits for an answer to: "${record.question.text}" ` +
      `(${record.question.choices.join(' / ')}). Answer it, or power the machine off.`,
    { retryable: 'when-state-changes' },
  );
}

/** A dialog that waits for an answer. */
export interface QuestionView {
  readonly id: string;
  readonly text: string;
  readonly choices: readonly string[];
  /** Index of the choice that is offered first. */
  readonly defaultChoice: number;
}

/** The dialogs of a virtual machine: what a person at the host's console sees. */
export class VmQuestions {
  readonly #scope: VmScope;

  constructor(scope: VmScope) {
    this.#scope = scope;
  }

  /** @returns the dialog that waits, or null. */
  pending(): Promise<QuestionView | null> {
    return this.#scope.read(({ record }) => {
      if (record.question === null) return null;
      return { ...record.question, choices: [...record.question.choices] };
    });
  }

  /**
   * Answers the dialog by one of its choices, or its number; without one, by the default choice. The power-on goes on,
   * or is given up.
   * @throws Fault `not-found` when no dialog waits, `invalid-argument` for no choice of the dialog.
   */
  async answer(choice: string | number | undefined, call: WorldCall): Promise<void> {
    const { transitionMs } = this.#scope.services;
    await this.#scope.update(({ record }) => {
      const { question } = record;
      if (question === null) {
        throw new Fault('not-found', `'${record.name}' asks nothing at present, so there is nothing to answer.`);
      }
      const wanted = choice ?? question.defaultChoice;
      const index = typeof wanted === 'number' ? wanted : question.choices.indexOf(wanted);
      if (question.choices[index] === undefined) {
        throw new Fault(
          'invalid-argument',
          `'${wanted}' is no answer to "${question.text}". Choose one of: ${question.choices.join(', ')}.`,
        );
      }
      if (index === question.choices.length - 1) {
        turnOff(record);
        return;
      }
      record.question = null;
      record.questionAtPowerOn = null;
      startTransition(record, 'powering-on', { nowMs: this.#scope.clock.now(), durationMs: transitionMs });
    });
    await this.#scope.seeThrough(call);
  }
}
