import { call, session, textOf, type Fixture } from './world-fixture.js';

/** What a command line did, with both output streams. Lines end with `\n` on Windows too. */
export interface CommandResult {
  readonly exitCode: number;
  readonly output: string;
}

/** Runs a line of a shell in the guest to its end, as a user whose password is `password`. */
export async function runIn(
  { vm, clock }: Pick<Fixture, 'vm' | 'clock'>,
  line: string,
  userName: string = 'user',
): Promise<CommandResult> {
  const guest = session(vm, userName);
  const isPosix = vm.family === 'posix';
  const [script, log] = isPosix
    ? [`/tmp/${userName}.sh`, `/tmp/${userName}.log`]
    : [`C:\\${userName}.bat`, `C:\\${userName}.log`];
  const bytes = Buffer.from(isPosix ? line : `@echo off\r\n${line}\r\n`);
  const content = {
    size: bytes.length,
    chunks: (async function* () {
      yield bytes;
    })(),
  };
  await guest.files.write(script, content, call());
  const program = isPosix
    ? { path: '/bin/sh', arguments: `${script} > ${log} 2>&1` }
    : { path: 'C:\\Windows\\System32\\cmd.exe', arguments: `/c ${script} > ${log} 2>&1` };
  const pid = await guest.start(program, call());
  for (;;) {
    const state = (await guest.poll([pid], call())).get(pid);
    if (state?.state === 'exited') {
      const text = await textOf((await guest.files.read(log, call())).chunks);
      return { exitCode: state.exitCode, output: text.replaceAll('\r\n', '\n') };
    }
    await clock.advance(10);
    await new Promise(setImmediate);
  }
}
