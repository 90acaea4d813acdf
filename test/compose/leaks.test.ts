import { expect, it, onTestFinished, vi } from 'vitest';
import { printLeaksAtExit } from '../../src/compose/leaks.js';

it('listens once for the exit of the process, however many runtimes there are', () => {
  vi.stubEnv('REVIX_LEAKS', '1');
  onTestFinished(() => void vi.unstubAllEnvs());
  const before = process.listenerCount('exit');
  for (let count = 0; count < 12; count += 1) printLeaksAtExit(() => []);
  expect(process.listenerCount('exit')).toBeLessThanOrEqual(before + 1);
});
