import { PathMap } from '../../../../backends/path-map.js';
import { check, green, passedOver } from '../../check.js';
import { entriesOf } from '../../config-entries.js';
import { configurationCheck } from './configuration.js';

export const pathsCheck = check({
  id: 'here.paths',
  title: 'Path rules',
  looksAt:
    'The rules that rename paths between programs and hosts, and what the rules of the provider that is asked for ' +
    'make of the path that is given.',
  needs: { configuration: configurationCheck },
  run: ({ configuration: { config } }, { request: { provider, vm } }) => {
    const rules = entriesOf(config).flatMap(([name, { paths = {} }]) =>
      Object.entries(paths).map(([program, host]) => `${name}: ${program} -> ${host}`),
    );
    if (rules.length === 0) return passedOver('the configuration has none; paths go to the host as they are');
    const own = provider === null ? undefined : config.providers?.[provider]?.paths;
    const facts = { rules };
    if (vm === null || own === undefined) return green(`${rules.length} rules`, undefined, { facts, details: rules });
    const mapped = new PathMap(own).toHost(vm);
    const found = mapped === vm ? `no rule of ${provider} fits ${vm}` : `${vm} is ${mapped} on the host`;
    return green(found, undefined, { facts: { ...facts, given: vm, mapped }, details: rules });
  },
});
