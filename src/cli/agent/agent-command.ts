import { command } from '../revix/command.js';
import { whole, withDefault } from '../revix/parameters.js';

const longestIdleSeconds = 7 * 24 * 60 * 60;

/** `revix agent` */
export const agentCommand = command({
  name: 'agent',
  summary: 'keeps sessions with vSphere open for the vmrun commands that follow',
  details: [
    'vmrun goes through it when it runs and the command names a host with -h, or a configuration file applies; the results are the same. With REVIX_AGENT=1 vmrun starts one itself; with REVIX_AGENT=0 it uses none.',
    'It serves its user only, over a socket in a private folder, and commands of the same environment and configuration. It ends when it has not been needed for a while, and on SIGTERM or Ctrl-C.',
  ],
  options: {
    idleSeconds: withDefault(
      whole('SECONDS', 'how long it waits for the next command before it ends', [1, longestIdleSeconds]),
      '600',
    ),
  },
  examples: ['revix agent &', 'REVIX_AGENT=1 vmrun -T vc -h vcenter.example -u admin -p env:VC_PASSWORD list'],
  run: async ({ idleSeconds }, terminal) => {
    const { runAgent } = await import('./run-agent.js');
    return runAgent(idleSeconds, terminal);
  },
});
