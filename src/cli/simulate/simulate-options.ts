import { flag, repeatable, text, whole, type ValuesOf } from '../revix/parameters.js';

const ports = [0, 65_535] as const;

/** Arguments of `revix simulate`. */
export const simulatePositionals = {
  inventories: repeatable(
    text('INVENTORY', 'YAML or JSON file with machines; without any, the default inventory', 'path'),
  ),
};

/** Options of `revix simulate`. */
export const simulateOptions = {
  vcenter: flag('serves a vCenter; so it does without being told'),
  esx: flag('serves an ESXi'),
  datacenter: text('NAME', 'the datacentre that an ESXi shows; by default that of the first machine'),
  directory: text('DIR', 'keeps the machines there, as the mock host does, and not in memory', 'directory'),
  host: text('ADDRESS', 'where it listens; 127.0.0.1 without it, 0.0.0.0 is everywhere'),
  port: whole('PORT', '8989 without it; 0 is any that is free', ports),
  cert: text('FILE', 'certificate as PEM; without it one that signs itself', 'path'),
  key: text('FILE', 'key of the certificate as PEM', 'path'),
  plain: flag('without TLS'),
  user: repeatable(
    text('NAME=SOURCE', 'who may log in, with the password from env:VARIABLE, file:PATH or - (a line of stdin)'),
  ),
  faults: text('FILE', 'YAML or JSON list of fault rules that hold from the start', 'path'),
  controlPort: whole('PORT', 'steers faults and clock over HTTP on this machine; 0 is any port that is free', ports),
  fakeClock: flag('time stands still until the control moves it on'),
  config: text('FILE', 'several endpoints, as a YAML or JSON file says; nothing but --json goes with it', 'path'),
  json: flag('announces in one line of JSON'),
};

/** What the command line of `revix simulate` says. */
export type SimulateValues = ValuesOf<typeof simulatePositionals> & ValuesOf<typeof simulateOptions>;
