import { check, green, trouble } from '../../check.js';
import { mockVmCheck } from './vm.js';

export const mockPowerCheck = check({
  id: 'mock.power',
  title: 'Power',
  looksAt: 'Whether the machine of the mock host runs.',
  needs: { opened: mockVmCheck },
  problems: {
    off: { status: 'red', cause: 'The machine is {phase}.', next: 'Power it on: `vmrun start`, or VixVM_PowerOn.' },
    paused: { status: 'red', cause: 'The machine is paused.', next: 'Let it go on: `vmrun unpause`.' },
    question: {
      status: 'red',
      cause: 'The machine stands still until somebody answers: {question}',
      next: 'Answer it: a test does that through the world of the mock host (docs/testing.md).',
    },
  },
  run: ({ opened: { properties } }) => {
    const { power, question } = properties;
    const facts = { phase: power.phase, question };
    if (question !== null) return trouble('question', { facts });
    if (power.phase !== 'on') return trouble('off', { facts });
    if (power.isPaused) return trouble('paused', { facts });
    return green('on', undefined, { facts });
  },
});
