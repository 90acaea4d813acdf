import type { HostLink } from '../../../../backends/backend.js';
import { check, green } from '../../check.js';
import type { DoctorContext } from '../../doctor-context.js';
import { mockConnectionCheck } from './connection.js';

async function count(link: HostLink, filter: 'registered' | 'running', context: DoctorContext): Promise<number> {
  let found = 0;
  const call = { clock: context.clock, signal: context.signal, progress: () => undefined };
  for await (const _ of link.findVms(filter, call)) found += 1;
  return found;
}

export const mockMachinesCheck = check({
  id: 'mock.machines',
  title: 'Machines',
  looksAt: 'How many machines the mock host has, and how many of them run.',
  needs: { link: mockConnectionCheck },
  run: async ({ link }, context) => {
    const visible = await count(link, 'registered', context);
    const running = await count(link, 'running', context);
    return green(`${visible} registered, ${running} running`, undefined, { facts: { visible, running } });
  },
});
