import { command } from '../revix/command.js';
import { simulateOptions, simulatePositionals } from './simulate-options.js';

/** `revix simulate` */
export const simulateCommand = command({
  name: 'simulate',
  summary: 'serves virtual machines of an inventory as a vCenter or an ESXi',
  details: [
    'It goes on until SIGTERM or Ctrl-C. When all is ready, it prints a line for each endpoint on stdout: ready, name, URL, and SHA-256 thumbprint of the certificate. Without --user, the hostUsers of the inventory may log in; without these, anybody with any password.',
  ],
  positionals: simulatePositionals,
  options: simulateOptions,
  examples: [
    'revix simulate',
    'revix simulate lab.yaml --esx --port 0',
    'revix simulate lab.yaml --user admin=env:LAB_PASSWORD --control-port 8990',
    'curl -d \'{"advanceMs": 60000}\' http://127.0.0.1:8990/clock',
  ],
  run: async (values, terminal) => {
    const [{ planOf }, { simulate }] = await Promise.all([import('./plan-of-options.js'), import('./simulate.js')]);
    return simulate(await planOf(values, terminal), terminal, values.json);
  },
});
