import { check, green, trouble } from '../../check.js';
import { foundCheck } from './found.js';

export const questionCheck = check({
  id: 'vm.question',
  title: 'Question',
  looksAt: 'Whether the machine waits for somebody to answer a question.',
  needs: { vm: foundCheck },
  problems: {
    pending: {
      status: 'red',
      cause: 'The machine stands still until somebody answers: {question}',
      next: 'Answer it in the vSphere client; what was begun goes on then.',
    },
  },
  run: ({ vm: { values } }) => {
    const question = values['runtime.question'];
    if (question === undefined) return green('none', undefined);
    const choices = question.choice.choiceInfo.map(({ label, key }) => label ?? key);
    return trouble('pending', { facts: { question: question.text.trim(), choices } });
  },
});
