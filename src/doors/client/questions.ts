import type { CallContext, PendingQuestion, VmLink } from '../../backends/backend.js';
import { sleep } from '../../base/clock.js';
import { Fault } from '../../base/fault.js';
import { LinkedAbort } from '../../base/linked-abort.js';

/**
 * Decides on a question that a machine waits with: the text or the index of a choice, `default` for the one that is offered
 * first, or undefined to leave it to somebody else.
 */
export type AnswerPolicy = (question: PendingQuestion) => string | number | undefined;

/** Pause between two looks for a question, ms. */
const lookMs = 1000;

/** Answers a question. @throws Fault `invalid-argument` for no choice of it, `not-found` when it does not wait any more. */
export async function answerQuestion(
  link: VmLink,
  question: PendingQuestion,
  choice: string | number,
  call: CallContext,
): Promise<void> {
  const { id, text, choices, defaultChoice } = question;
  const index = choice === 'default' ? defaultChoice : typeof choice === 'number' ? choice : choices.indexOf(choice);
  if (choices[index] === undefined) {
    const message = `${JSON.stringify(choice)} is no answer to "${text}"; choose one of ${choices.join(', ')}`;
    throw new Fault('invalid-argument', message);
  }
  await questionsOf(link).answer(id, index, call);
}

/** The question that a machine waits with, or null. @throws Fault `not-supported` where the host does not tell. */
export function pendingQuestion(link: VmLink, call: CallContext): Promise<PendingQuestion | null> {
  return questionsOf(link).pending(call);
}

/** Does work while questions that come up are answered. @throws what the work and the policy throw. */
export async function whileAnswering(
  link: VmLink,
  policy: AnswerPolicy,
  call: CallContext,
  work: () => Promise<void>,
): Promise<void> {
  const ended = new LinkedAbort(call.signal);
  const answering = withSignal(call, ended.signal);
  const answers = answerAll(link, policy, answering);
  const failed = new Promise<never>((_, reject) => {
    answers.catch((error: unknown) => {
      if (!ended.signal.aborted) reject(error);
    });
  });
  try {
    await Promise.race([work(), failed]);
  } finally {
    ended.abort(new Fault('cancelled', 'the work is done'));
    ended.release();
  }
}

async function answerAll(link: VmLink, policy: AnswerPolicy, call: CallContext): Promise<never> {
  for (;;) {
    const question = await pendingQuestion(link, call);
    const choice = question === null ? undefined : policy(question);
    if (question !== null && choice !== undefined) await answerQuestion(link, question, choice, call);
    await sleep(call.clock, lookMs, call.signal);
  }
}

function withSignal({ clock }: CallContext, signal: AbortSignal): CallContext {
  return { signal, clock, progress: () => undefined };
}

function questionsOf({ questions }: VmLink): NonNullable<VmLink['questions']> {
  if (questions !== undefined) return questions;
  throw new Fault('not-supported', 'this host does not tell of the questions of its machines');
}
