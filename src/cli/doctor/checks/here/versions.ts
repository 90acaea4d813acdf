import { check, green, trouble } from '../../check.js';

/** The oldest Node that the package promises to run on. */
export const oldestNode = '20.18.0';

function isOlder(version: string, than: string): boolean {
  const [one, other] = [version.split('.').map(Number), than.split('.').map(Number)];
  const place = one.findIndex((number, index) => number !== other[index]);
  return place !== -1 && (one[place] ?? 0) < (other[place] ?? 0);
}

export const versionsCheck = check({
  id: 'here.versions',
  title: 'Versions',
  looksAt: 'Versions of Revix and of Node, and the operating system.',
  problems: {
    'old-node': {
      status: 'red',
      cause: 'Node {node} is older than {oldest}, which Revix needs.',
      next: 'Install a newer Node from https://nodejs.org, or another one with the version manager in use here.',
    },
  },
  run: (_, { version }) => {
    const { node } = process.versions;
    const facts = { revix: version, node, oldest: oldestNode, platform: process.platform, architecture: process.arch };
    if (isOlder(node, oldestNode)) return trouble('old-node', { facts, value: undefined });
    return green(`Revix ${version} on Node ${node}, ${process.platform} ${process.arch}`, undefined, { facts });
  },
});
