import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { command, type Command, flagOf } from '../../../src/cli/revix/command.js';
import { revixCommands } from '../../../src/cli/revix/command-table.js';
import { flag, oneOf, repeatable, required, text, whole, withDefault } from '../../../src/cli/revix/parameters.js';
import { runRevix } from '../../../src/cli/revix/run-revix.js';
import { type AroundTerminal, FakeTerminal } from '../fake-terminal.js';

/** Commands that print the values that they get. */
const commands: readonly Command[] = [
  command({
    name: 'serve',
    summary: 'serves what the files say',
    details: ['It goes on until it is told to end.'],
    positionals: { files: repeatable(text('FILE', 'what to serve', 'path')) },
    options: {
      port: withDefault(whole('PORT', 'where it listens', [0, 65_535]), '0'),
      kind: oneOf(['vcenter', 'esx'], 'what it is'),
      certFile: text('FILE', 'its certificate', 'path'),
      json: flag('prints JSON'),
      user: repeatable(text('NAME', 'who may log in')),
    },
    examples: ['revix serve lab.yaml'],
    run: (values, terminal) => Promise.resolve(print(values, terminal)),
  }),
  command({
    name: 'native install',
    summary: 'installs',
    positionals: { target: required(text('TARGET', 'where')) },
    run: (values, terminal) => Promise.resolve(print(values, terminal)),
  }),
  command({
    name: 'paint',
    summary: 'paints',
    positionals: { color: required(oneOf(['green', 'blue'], 'the color')) },
    run: (values, terminal) => Promise.resolve(print(values, terminal)),
  }),
  command({
    name: 'break',
    summary: 'fails',
    run: () => Promise.reject(new Error('the disk is full; free some space')),
  }),
];

function print(values: unknown, terminal: { write(stream: 'stdout', text: string): void }): number {
  terminal.write('stdout', JSON.stringify(values));
  return 0;
}

async function revix(words: readonly string[], around: AroundTerminal = {}, table = commands) {
  const terminal = new FakeTerminal('/', around);
  const status = await runRevix(words, terminal, table);
  return { status, ...terminal.written };
}

async function valuesOf(...words: string[]): Promise<unknown> {
  const { status, stdout, stderr } = await revix(words);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout);
}

describe('the command line', () => {
  it('takes options before, between and behind arguments, with their values joined or apart', async () => {
    expect(await valuesOf('serve', '--port=8989', 'a', '--user', 'x', '--json', 'b', '--user=y=z')).toEqual({
      files: ['a', 'b'],
      port: 8989,
      json: true,
      user: ['x', 'y=z'],
    });
    expect(await valuesOf('serve')).toEqual({ files: [], port: 0, json: false, user: [] });
  });

  it('takes anything as an argument behind --, and - as one anywhere', async () => {
    expect(await valuesOf('serve', '-', '--cert-file', '-', '--', '--json', '--')).toMatchObject({
      files: ['-', '--json', '--'],
      certFile: '-',
      json: false,
    });
  });

  it('gives back every text that it is given as a value', async () => {
    const value = fc.string({ minLength: 1 });
    await fc.assert(
      fc.asyncProperty(fc.array(value), value, async (files, user) => {
        expect(await valuesOf('serve', `--user=${user}`, '--', ...files)).toMatchObject({ files, user: [user] });
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    [['serv'], "Unknown command 'serv'. Did you mean 'serve'?", ''],
    [['xyz'], "Unknown command 'xyz'.", ''],
    [['--json', 'serve'], "Unknown option '--json'. Options stand behind the command", ''],
    [['native'], "'native' is followed by install, not by nothing", ''],
    [['native', 'explode'], "'native' is followed by install, not by 'explode'", ''],
    [['native', 'install'], 'TARGET is missing', 'native install '],
    [['native', 'install', 'a', 'b'], "'b' is one argument too many", 'native install '],
    [['serve', '--prot', '1'], "Unknown option '--prot'. Did you mean --port?", 'serve '],
    [['serve', '-x'], "Unknown option '-x'.", 'serve '],
    [['serve', '--port'], '--port needs a value: --port PORT', 'serve '],
    [['serve', '--port', '--json'], '--port needs a value: --port PORT', 'serve '],
    [['serve', '--port', '65536'], "--port takes a whole number from 0 to 65535, not '65536'", 'serve '],
    [['serve', '--port=1', '--port=2'], '--port is given twice', 'serve '],
    [['serve', '--json=yes'], "--json takes no value, but has 'yes'", 'serve '],
    [['serve', '--kind', 'esxi'], "--kind takes one of vcenter, esx, not 'esxi'", 'serve '],
    [['serve', ''], 'FILE is empty', 'serve '],
    [['serve', '--user='], '--user is empty; it takes NAME', 'serve '],
    [['paint'], 'the color is missing', 'paint '],
    [['paint', 'red'], "the color takes one of green, blue, not 'red'", 'paint '],
    [['help', 'xyz'], "Unknown command 'xyz'.", ''],
  ])('refuses %j with status 2', async (words, message, about) => {
    expect(await revix(words)).toEqual({
      status: 2,
      stdout: '',
      stderr: `revix: ${message}\n\`revix ${about}--help\` tells how it is used.\n`,
    });
  });

  it('says why a command failed, with status 1', async () => {
    expect(await revix(['break'])).toEqual({
      status: 1,
      stdout: '',
      stderr: 'revix: the disk is full; free some space\n',
    });
  });
});

describe('the help', () => {
  it('lists the commands', async () => {
    const { status, stdout } = await revix(['--help']);
    expect(status).toBe(0);
    for (const { name, summary } of commands) expect(stdout).toMatch(new RegExp(`^  ${name} +${summary}$`, 'm'));
    expect(await revix(['-h'])).toEqual(await revix(['help']));
    expect(await revix([])).toEqual({ status: 2, stdout: '', stderr: stdout });
  });

  it('tells all about one command', async () => {
    const { stdout } = await revix(['serve', 'x', '--help']);
    expect(stdout).toBe(`Usage: revix serve [OPTION...] [FILE...]

Serves what the files say.

It goes on until it is told to end.

Arguments:
  FILE  what to serve (may be repeated)

Options:
  --port PORT         where it listens (default: 0)
  --kind vcenter|esx  what it is
  --cert-file FILE    its certificate
  --json              prints JSON
  --user NAME         who may log in (may be repeated)
  --help, -h          this text

Examples:
  revix serve lab.yaml
`);
    expect((await revix(['help', 'serve'])).stdout).toBe(stdout);
  });

  it('has colours where a person reads it, and has not asked for none', async () => {
    const escape = '\u001b[';
    expect((await revix(['--help'], { people: ['stdout'] })).stdout).toContain(`${escape}1mCommands:${escape}22m`);
    expect((await revix(['--help'], { people: ['stdin', 'stderr'] })).stdout).not.toContain(escape);
    const asked = { people: ['stdout'], env: { NO_COLOR: '1' } } as const;
    expect((await revix(['--help'], asked)).stdout).not.toContain(escape);
  });

  it('of every real command fits into 80 columns, and each option into its place', async () => {
    for (const { name, options, summary } of revixCommands) {
      const { stdout } = await revix(['help', ...name.split(' ')], {}, revixCommands);
      for (const option of Object.keys(options)) {
        expect(stdout).toMatch(new RegExp(`\\n  (?:-\\w+, )?${flagOf(option)}`));
      }
      expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
      expect(summary).not.toMatch(/\.$/);
    }
    const general = (await revix(['--help'], {}, revixCommands)).stdout;
    expect(general.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });
});

it('tells its version', async () => {
  expect((await revix(['--version'])).stdout).toMatch(/^revix \d+\.\d+\.\d+\n$/);
});
