import { check, green, trouble } from '../../check.js';

/** Variables that Revix obeys, and what they do. */
const obeyed: Readonly<Record<string, string>> = {
  REVIX_CONFIG: 'names the configuration file',
  REVIX_HOME: 'names the folder of the mock host and of the agent',
  REVIX_AGENT: 'has vmrun keep its sessions in the agent',
  REVIX_HELPER: 'names the helper of the native library',
  REVIX_NODE: 'names the Node that the native library starts',
  NODE_EXTRA_CA_CERTS: 'names a file of further authorities',
  SSL_CERT_FILE: 'names the file of authorities of the operating system, for Node before 22.15',
  NODE_OPTIONS: 'gives options to Node',
  HTTPS_PROXY: 'names the proxy to hosts, where options.proxy names none',
  https_proxy: 'names the proxy to hosts, where options.proxy names none',
  HTTP_PROXY: 'names the proxy to hosts without TLS, where options.proxy names none',
  http_proxy: 'names the proxy to hosts without TLS, where options.proxy names none',
  NO_PROXY: 'names hosts that are reached without the proxy of the environment',
  no_proxy: 'names hosts that are reached without the proxy of the environment',
};

/** Variables that other programs obey and Revix does not, and what to do in their place. */
const ignored: Readonly<Record<string, string>> = {
  ALL_PROXY: 'name the proxy in options.proxy of the configuration',
  all_proxy: 'name the proxy in options.proxy of the configuration',
  NODE_TLS_REJECT_UNAUTHORIZED: 'say whom to trust in options.tls of the configuration',
  GOVC_INSECURE: 'say whom to trust in options.tls of the configuration',
};

export const environmentCheck = check({
  id: 'here.environment',
  title: 'Environment',
  looksAt: 'The names of the environment variables that matter. Their values are never shown.',
  problems: {
    ignored: {
      status: 'yellow',
      cause: 'Set, but not obeyed by Revix: {ignored}.',
      next: 'What they ask for is said in the configuration file; the lines below tell where.',
    },
  },
  run: (_, { env }) => {
    const isSet = (name: string): boolean => (env[name] ?? '') !== '';
    const set = Object.keys(obeyed).filter(isSet);
    const useless = Object.keys(ignored).filter(isSet);
    const facts = { set, ignored: useless };
    const details = set.map((name) => `${name} ${obeyed[name]}`);
    if (useless.length > 0) {
      const advice = useless.map((name) => `${name}: ${ignored[name]}`);
      return trouble('ignored', { facts, details: [...details, ...advice], value: undefined });
    }
    return green(set.length === 0 ? 'nothing that matters is set' : `set: ${set.join(', ')}`, undefined, {
      facts,
      details,
    });
  },
});
