/**
 * Who may import whom. Every file of the checked folders lies in one zone, the first whose `match` fits its path.
 * `may` lists the other zones that it may import (its own is always allowed), `packages` the packages from npm,
 * and `node: false` forbids Node's own modules, so that a zone stays plain data and logic. `loadsUserModules` names the
 * one file of a zone that may import a module which the user names; nowhere else may an import be an expression.
 */
const contract = ['contract', 'errors', 'base'];
const engine = ['compose', 'api', 'jobs', 'handles', 'errors', 'vix', 'base', 'contract'];

export const zones = [
  { name: 'base', match: /^src\/base\//, may: [] },
  { name: 'vix', match: /^src\/vix\//, may: [], node: false },
  { name: 'errors', match: /^src\/errors\//, may: ['vix', 'base'], node: false },
  { name: 'handles', match: /^src\/handles\//, may: ['vix', 'errors', 'base'], node: false },
  { name: 'contract', match: /^src\/backends\/[^/]+$/, may: ['errors', 'base'], packages: ['yaml', 'valibot'] },
  {
    name: 'jobs',
    match: /^src\/jobs\//,
    may: ['vix', 'handles', ...contract],
    packages: ['p-queue', 'eventemitter3'],
    node: false,
  },
  { name: 'guest', match: /^src\/guest\//, may: contract },
  { name: 'trace', match: /^src\/trace\//, may: contract },
  { name: 'api', match: /^src\/api\//, may: ['vix', 'handles', 'jobs', 'guest', ...contract] },
  { name: 'world', match: /^src\/world\//, may: ['base'], packages: ['just-bash', 'yaml', 'valibot'] },
  {
    name: 'backends/mock',
    match: /^src\/backends\/mock\//,
    may: ['world', ...contract],
    packages: ['yaml', 'valibot'],
  },
  // The part of the vSphere backend that the simulator shares; it knows nothing of the rest.
  {
    name: 'backends/vsphere/{soap,vim}',
    match: /^src\/backends\/vsphere\/(soap|vim)\//,
    may: contract,
    packages: ['yaml', 'valibot', 'fast-xml-parser'],
  },
  {
    name: 'backends/vsphere',
    match: /^src\/backends\/vsphere\//,
    // `guest` for the client beside the contract, which waits for programs as the engine does.
    may: ['backends/vsphere/{soap,vim}', 'guest', ...contract],
    packages: ['p-queue', 'undici', 'valibot', 'yaml'],
  },
  {
    name: 'simulator',
    match: /^src\/simulator\//,
    may: ['world', 'errors', 'base', 'backends/vsphere/{soap,vim}'],
    packages: ['valibot', 'node-forge'],
  },
  {
    name: 'compose',
    match: /^src\/compose\//,
    may: ['api', 'trace', 'backends/mock', 'backends/vsphere', 'jobs', 'handles', 'vix', ...contract],
    packages: ['yaml', 'valibot'],
  },
  {
    name: 'doors/client',
    match: /^src\/doors\/client\//,
    // `guest` for what VIX has no functions for: output of programs while they run, trees with progress.
    may: ['guest', ...engine],
  },
  {
    name: 'doors',
    match: /^src\/doors\//,
    may: engine,
    loadsUserModules: 'src/doors/sync/engine-options.ts',
  },
  { name: 'testing', match: /^src\/testing\//, may: engine },
  { name: 'bindings', match: /^src\/bindings\//, may: engine },
  {
    name: 'cli/doctor',
    match: /^src\/cli\/doctor\//,
    // `backends` for what no contract tells: it looks at each step of a connection by itself.
    may: ['cli', 'backends/mock', 'backends/vsphere', 'backends/vsphere/{soap,vim}', 'guest', ...engine],
    packages: ['yaml'],
  },
  {
    name: 'cli',
    match: /^src\/cli\//,
    // `world` and `simulator` for the commands that serve a world or write one down.
    may: ['cli/doctor', 'guest', 'world', 'simulator', 'backends/mock', ...engine],
    packages: ['yaml', 'valibot'],
  },
  // The list of public names: it may pass on whatever users need to name, but no concrete backend.
  { name: 'index', match: /^src\/index\.ts$/, may: engine, node: false },
  // What users write: the package by its name only.
  { name: 'examples', match: /^examples\//, may: ['revix'] },
  { name: 'compat-tests', match: /^compat-tests\//, may: ['revix'], packages: ['vitest'] },
];
