import { Fault } from '../../../base/fault.js';
import type { CallContext, PendingQuestion, QuestionOps } from '../../backend.js';
import type { Machine } from './machine.js';

/** The dialogs of one machine. */
export class VsphereQuestions implements QuestionOps {
  readonly #machine: Machine;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  pending(call: CallContext): Promise<PendingQuestion | null> {
    return this.#machine.run('looking for a question of', undefined, call, async () => {
      const question = (await this.#machine.properties(['runtime.question'], call)).get('runtime.question');
      if (question === undefined) return null;
      const { id, text, choice } = question;
      return {
        id,
        text,
        choices: choice.choiceInfo.map(({ label, key }) => label || key),
        defaultChoice: choice.defaultIndex ?? 0,
      };
    });
  }

  answer(id: string, choice: number, call: CallContext): Promise<void> {
    const machine = this.#machine;
    return machine.run('answering a question of', undefined, call, async () => {
      const question = (await machine.properties(['runtime.question'], call)).get('runtime.question');
      const key = question?.choice.choiceInfo[choice]?.key;
      if (question?.id !== id || key === undefined) {
        throw new Fault('not-found', 'this question does not wait for an answer any more, or has no such choice');
      }
      const args = { questionId: id, answerChoice: key };
      await machine.use((ref) => machine.connection.call(ref, 'AnswerVM', args, call), call);
    });
  }
}
