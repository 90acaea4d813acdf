import { noConfig, readConfig } from '../../../../backends/config.js';
import { configFileName, findConfigFile } from '../../../../backends/find-config-file.js';
import { check, green, trouble } from '../../check.js';
import { configFaults } from '../../config-faults.js';

export const configurationCheck = check({
  id: 'here.configuration',
  title: 'Configuration',
  looksAt: 'Which configuration file counts, and everything that is wrong in it, with its line.',
  problems: {
    unreadable: {
      status: 'red',
      cause: 'REVIX_CONFIG names a file that cannot be read: {file} ({reason}).',
      next: 'Correct REVIX_CONFIG, or take it out of the environment.',
    },
    wrong: {
      status: 'red',
      cause: '{file} is not in order, so every connection that needs it fails.',
      next: 'Correct the entries below; docs/configuration.md describes them.',
    },
  },
  run: (_, { env, directory }) => {
    const file = findConfigFile(env, directory);
    if (file === undefined) {
      const none = noConfig(directory);
      const found = `none, so the defaults count; looked at REVIX_CONFIG (not set) and ${directory} (no ${configFileName})`;
      return green(found, none, { facts: { file: null } });
    }
    const { path } = file;
    const { unreadable, faults } = configFaults(path);
    if (unreadable !== undefined) return trouble('unreadable', { facts: { file: path, reason: unreadable } });
    if (faults.length > 0) {
      const details = faults.map(({ line, place, message }) => `${path}:${line}: ${place}: ${message}`);
      return trouble('wrong', { facts: { file: path, problems: faults.length }, details });
    }
    const loaded = readConfig(path);
    const providers = Object.keys(loaded.config.providers ?? {});
    const how = file.isNamed ? 'named by REVIX_CONFIG' : 'found in the current directory';
    const found = `${path}, ${how}; ${providers.length === 0 ? 'no provider' : providers.join(', ')}`;
    return green(found, loaded, { facts: { file: path, providers } });
  },
});
