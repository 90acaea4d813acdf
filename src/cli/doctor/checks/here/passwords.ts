import { readPassword } from '../../../../backends/config.js';
import { check, green, passedOver, trouble } from '../../check.js';
import { entriesOf } from '../../config-entries.js';
import { configurationCheck } from './configuration.js';

export const passwordsCheck = check({
  id: 'here.passwords',
  title: 'Passwords',
  looksAt: 'Whether the passwords that the configuration takes from the environment or from files are there.',
  needs: { configuration: configurationCheck },
  problems: {
    missing: {
      status: 'red',
      cause: 'The configuration names passwords that are not there.',
      next: 'Set the variables, or make the files readable, that the lines below name.',
    },
  },
  run: ({ configuration: { config, directory } }, { said }) => {
    const sources = entriesOf(config).flatMap(([provider, { password }]) =>
      password === undefined ? [] : [{ provider, password }],
    );
    if (sources.length === 0) return passedOver('the configuration names none');
    const missing = sources.flatMap(({ provider, password }) => {
      try {
        readPassword(password, directory);
        return [];
      } catch (error) {
        return [`${provider}: ${said(error)}`];
      }
    });
    const facts = { providers: sources.map(({ provider }) => provider) };
    if (missing.length > 0) return trouble('missing', { facts, details: missing });
    return green(`there for ${facts.providers.join(', ')}`, undefined, { facts });
  },
});
