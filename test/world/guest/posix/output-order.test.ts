import { describe, expect, it } from 'vitest';
import { posixPrograms } from '../../../../src/world/guest/posix/posix-programs.js';
import { TestGuest } from '../guest-fixture.js';

const script = ['echo 1', 'echo 2 >&2', 'echo 3', 'cat /none', 'echo 4'].join('\n');
const inOrder = '1\n2\n3\ncat: /none: No such file or directory\n4\n';

/** What a file holds after a script has run. */
async function logOf(text: string): Promise<string> {
  const guest = new TestGuest(posixPrograms());
  const ann = guest.as('ann');
  ann.write('/home/ann/s.sh', `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  ann.write('/home/ann/outer.sh', 'echo a; ./s.sh; echo b >&2; x=$(./s.sh 2> /dev/null); echo "$x" | head -1\n');
  ann.write('/home/ann/fails.sh', 'echo out; echo err >&2; exit 3\n', { mode: 0o755 });
  await guest.run(text);
  return new TextDecoder().decode(ann.read('/home/ann/log').bytes());
}

describe('two output streams that go to one file', () => {
  it.each([
    ['a group', `{ ${script}\n} > log 2>&1`],
    ['a group by &>', `{ ${script}\n} &> log`],
    ['a group that appends', `{ ${script}\n} >> log 2>&1`],
    ['a group in a subshell', `( { ${script}\n} ) > log 2>&1`],
    ['a group into a pipe', `{ ${script}\n} 2>&1 | cat > log`],
    ['a group into a pipe of both', `{ ${script}\n} |& cat > log`],
    ['a condition', `if echo 1; then ${script.slice(7)}\nfi > log 2>&1`],
    ['a loop', `for n in 1; do ${script}\ndone > log 2>&1`],
    ['a loop that waits', `until false; do ${script}\nbreak; done > log 2>&1`],
    ['a choice', `case x in x) ${script};; esac > log 2>&1`],
    ['a function', `f() { ${script}\n}\nf > log 2>&1`],
    ['functions that call each other', `g() { ${script}\n}\nf() { g; }\n{ f; } > log 2>&1`],
    ['a script by its path', './s.sh > log 2>&1'],
    ['a script of a shell', 'sh s.sh > log 2>&1'],
    ['a script by a variable', 'S=./s.sh; $S > log 2>&1'],
    ['a script through another command', 'env A=1 timeout 5 ./s.sh > log 2>&1'],
    ['the text of a shell', `sh -c '${script}' > log 2>&1`],
    ['a command in the background', `sh -c '${script}' > log 2>&1 & wait`],
  ])('keep their order: %s', async (_what, text) => {
    expect(await logOf(text)).toBe(inOrder);
  });

  it.each([script, './s.sh', 'sh -e s.sh', 'sh s.sh a b'])('keep it at the console: %j', async (text) => {
    const guest = new TestGuest(posixPrograms());
    guest
      .as('ann')
      .write('/home/ann/s.sh', `#!/bin/sh\n${script.replace('cat', 'true; cat')} || true\n`, { mode: 0o755 });
    const { output } = await guest.run(text);
    expect(output).toBe(inOrder.trimEnd().replace(/\n4$/u, text.includes('-e') ? '' : '\n4'));
  });

  it('keep it through scripts that run scripts, and leave alone what is read', async () => {
    expect(await logOf('sh outer.sh > log 2>&1')).toBe(`a\n${inOrder}b\n1\n`);
  });

  it.each([
    ['{ echo a; echo b >&2; } 2>&1 > log', 'a\n'],
    ['{ echo a; { echo b >&2; echo c; } 2> /dev/null; echo d >&2; } > log 2>&1', 'a\nc\nd\n'],
    ['{ echo a; x=$(echo b >&2; echo c); echo $x; } > log 2> /dev/null', 'a\nc\n'],
    ['{ f() { echo in >&2; }; y=$(f; echo out); echo $y; } > log 2> /dev/null', 'out\n'],
    ['f() { echo in >&2; echo out; }; y=$(f); echo $y > log 2>&1', 'out\n'],
    ['{ ./fails.sh; echo $?; } > log 2>&1', 'out\nerr\n3\n'],
    ['./fails.sh > log 2>&1; echo $? >> log', 'out\nerr\n3\n'],
    ['./fails.sh > log 2>&1 || echo or >> log', 'out\nerr\nor\n'],
    ['echo in | cat - /none > log 2>&1', 'in\ncat: /none: No such file or directory\n'],
    ['echo in | sh -c "cat; echo e >&2; echo o" > log 2>&1', 'in\ne\no\n'],
    [
      'cp /none x > log 2>&1; y=$(./s.sh 2> /dev/null); echo "$y" | tail -1 >> log',
      "cp: cannot stat '/none': No such file or directory\n4\n",
    ],
    [
      '{ echo ä; echo ö >&2; cat /ß; } > log 2>&1; cat /ß >> log 2>&1',
      'ä\nö\ncat: /ß: No such file or directory\ncat: /ß: No such file or directory\n',
    ],
    ['exec > log 2>&1; echo a; echo b >&2; echo c', 'a\nb\nc\n'],
    [
      'set -e; sh -c "./fails.sh; echo on" > log 2>&1 || true; y=$(./s.sh 2> /dev/null) || true; echo "$y" | tail -1 >> log',
      'out\nerr\non\n4\n',
    ],
  ])('%s', async (text, log) => {
    expect(await logOf(text)).toBe(log);
  });
});
