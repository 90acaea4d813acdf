import * as library from 'just-bash';
import { beforeAll, describe, expect, it } from 'vitest';
import { posixPrograms } from '../../../../src/world/guest/posix/posix-programs.js';
import { ScriptRewriting } from '../../../../src/world/guest/posix/script-rewriting.js';
import { TestGuest } from '../guest-fixture.js';

/** A script, what it prints, and its exit code. */
type Case = readonly [script: string, output: string, exitCode: number];

const guest = new TestGuest(posixPrograms());
let directories = 0;

/** Runs a script of the full shell in an empty directory of its own. */
async function run(script: string, user = 'ann'): Promise<{ readonly output: string; readonly exitCode: number }> {
  directories += 1;
  const directory = `/tmp/${directories}`;
  guest.as(user).makeDirectory(directory);
  return guest.run(`cd ${directory}; ${script}`, user);
}

beforeAll(() => guest.run('true'));

describe('filters', () => {
  it.each<Case>([
    ["printf 'a 2\\nb 10\\n' | sort -nrk2; printf 'a,2\\nb,10\\n' | sort -rnk2 -t,", 'b 10\na 2\nb,10\na,2', 0],
    ["printf 'b\\na\\nb\\n' | sort -uo f; cat f; sort -k1,1 f | head -n 1", 'a\nb\na', 0],
    ['du -sk /etc | cut -f 2; seq 3 | paste -sd,; seq 2 > f; paste -sd+ f', '/etc\n1,2,3\n1+2', 0],
    ["expr abc : 'a\\(.\\)'; expr abc : 'x\\(.\\)'; expr abc : ab; expr 3 + 4", 'b\n\n2\n7', 0],
    [
      'printf data > f; md5sum f nope; echo $?; sha256sum < f | cut -c 1-8; md5sum f > s; md5sum -c s; realpath -m /a/../b /tmp',
      '8d777f385d3dfec8815d20f7496026dc  f\nmd5sum: nope: No such file or directory\n1\n3a6eb079\nf: OK\n/b\n/tmp',
      0,
    ],
    [
      'printf data > f; md5sum -b f; sha512sum f | cut -c 120-; sha512sum f > s; sha512sum -c s; echo x > f; sha512sum -c s; echo $?',
      '8d777f385d3dfec8815d20f7496026dc *f\ne6defc876  f\nf: OK\nf: FAILED\n1',
      0,
    ],
    [
      'for d in 2024-02-30 12 "2024-01-05 99999999999999 days" 2024-13-01; do date -d "$d"; done; date -d "2024-02-29 10:00" +%F',
      "date: invalid date '2024-02-30'\ndate: invalid date '12'\n" +
        "date: invalid date '2024-01-05 99999999999999 days'\ndate: invalid date '2024-13-01'\n2024-02-29",
      0,
    ],
    ['echo x{a,b}{1,2} {01..03} "{a,b}"; mkdir -p {q,r}/{s,t}; ls r', 'xa1 xa2 xb1 xb2 01 02 03 {a,b}\ns\nt', 0],
    [
      'D=2024-02-29; for w in yesterday "+1 day" "2 hours ago" "next month" "last year" "-1 week"; do date -d "$D $w" +%FT%H; done',
      '2024-02-28T00\n2024-03-01T00\n2024-02-28T22\n2024-03-29T00\n2023-03-01T00\n2024-02-22T00',
      0,
    ],
    [
      'date -d tomorrow +%F; date -d "@0 + 90 minutes" +%T; touch -d "2 days ago" f; date -r f +%F; date -d "1 fish"',
      "2026-01-02\n01:30:00\n2025-12-30\ndate: invalid date '1 fish'",
      1,
    ],
    [
      "printf 'data\\n' > f; od -An -tx1 f; od -A d -t x2 < f; od -An -tu1 -N2 f; od -tq f",
      ' 64 61 74 61 0a\n0000000 6164 6174 000a\n0000005\n 100  97\n' +
        'od: mock guests know -A d|n|o|x, -t x1|x2|x4|x8|o1|o2|u1|u2|u4|u8, -N and one file',
      1,
    ],
    [
      "od -An -N8 -tx1 /dev/urandom | tr -d ' \\n' | wc -c; od -An -tx1 /dev/zero | head -n 1",
      '16\nod: \'/dev/zero\' has no end; read a part of it by "head -c" or "dd"',
      0,
    ],
    [
      "printf 'ab\\nabc\\n' | awk 'length>2'; echo ab | awk '{print length, length($1), \"length\"}'",
      'abc\n2 2 length',
      0,
    ],
    [
      "printf '1\\n2\\n' > f; awk 'NR==FNR{a[$1];next} $1 in a' f f; awk -v x=length '{ a[$1] } END { for (k in a) n++; print n, x }' f",
      '1\n2\n2 length',
      0,
    ],
    ["echo q | sed 'a\\new'; echo q | sed '1i\\new'; echo ab | sed 's/a\\(b\\)/\\1/'", 'q\nnew\nnew\nq\nb', 0],
  ])('%s', async (script, output, exitCode) => {
    expect(await run(script)).toEqual({ output, exitCode });
  });
});

describe('cp', () => {
  it.each<Case>([
    [
      'echo new > a; echo old > b; chmod 600 b; cp a b; cat b; stat -c %a b; cp -f a b; cp -a a c; cp -rf a d; ls',
      'new\n600\na\nb\nc\nd',
      0,
    ],
    ['touch -d 2020-01-01 old; touch new; echo x > new; cp -u old new; cat new; cp -u new old; cat old', 'x\nx', 0],
    [
      'echo a > a; echo b > b; cp -n a b; cat b; cp -l a c; cp -s a d; stat -c "%h %F" a d; cp -v a e',
      "b\n2 regular file\n1 symbolic link\n'a' -> 'e'",
      0,
    ],
    [
      'mkdir -p d/e; echo x > d/e/f; ln -s e/f d/l; ln d/e/f d/g; chmod 750 d/e; touch -d 2020-01-01 d/e/f; cp -a d c; stat -c "%a %h %F %Y" c/e c/e/f c/l',
      '750 2 directory 1767225600\n644 2 regular file 1577836800\n777 1 symbolic link 1767225600',
      0,
    ],
    ['mkdir d; echo x > d/f; cp -r d e; cp -r d e; ls e; cp -r d/. g; cp -T -r d g; ls g', 'd\nf\nf', 0],
    ['cp -t . /etc/hostname /etc/hosts; cp --parents /etc/hosts .; ls; ls etc', 'etc\nhostname\nhosts\nhosts', 0],
    ['echo in | cp /dev/stdin y; cat y; cp /dev/null y; wc -c < y; cp y /dev/null', 'in\n0', 0],
    [
      'mkdir d; touch f; cp d x; cp f f; cp -r d d/e; cp nope x; cp f; cp; cp f d nope; cp -r d f; cp -y f g',
      "cp: -r not specified; omitting directory 'd'\ncp: 'f' and 'f' are the same file\n" +
        "cp: cannot copy a directory, 'd', into itself, 'd/e'\ncp: cannot stat 'nope': No such file or directory\n" +
        "cp: missing destination file operand after 'f'\ncp: missing file operand\n" +
        "cp: target 'nope' is not a directory\ncp: cannot overwrite non-directory 'f' with directory 'd'\n" +
        "cp: invalid option -- 'y'",
      1,
    ],
    [
      'cp /etc/hostname /etc/x; cp /root/x .; cp /dev/zero z',
      "cp: cannot create regular file '/etc/x': Permission denied\ncp: cannot stat '/root/x': Permission denied\n" +
        `cp: '/dev/zero' has no end; read a part of it by "head -c" or "dd"`,
      1,
    ],
    [
      'echo a > a; echo b > b; chmod 400 b; cp a b; cp -f a b; cat b',
      "cp: cannot create regular file 'b': Permission denied\na",
      0,
    ],
  ])('%s', async (script, output, exitCode) => {
    expect(await run(script)).toEqual({ output, exitCode });
  });

  it('keeps the owner where root copies so', async () => {
    expect(
      (await run('touch f; chown bob f; chmod 4755 f; cp f g; cp -p f h; stat -c "%U %a" g h', 'root')).output,
    ).toBe('root 755\nbob 4755');
  });
});

describe('mv', () => {
  it.each<Case>([
    [
      'echo a > a; echo b > b; mv a b; cat b; ls; mv -f b b2; mkdir d; mv -v b2 d; ls d',
      "a\nb\nrenamed 'b2' -> 'd/b2'\nb2",
      0,
    ],
    ['mkdir -p e g/e; touch e/f; mv e g; ls g/e; touch a b; mv -t g a b; ls g', 'f\na\nb\ne', 0],
    [
      'touch -d 2020-01-01 old; echo x > new; mv -u old new; cat new; mv -n old new; ls; touch l; ln l m; mv l m; ls',
      'x\nnew\nold\nm\nnew\nold',
      0,
    ],
    [
      'mkdir -p e g/e/x; touch f; mv e g; mv nope x; mv f f; mv e f; mv e e/sub; mv -T f e; mv -q f g; mv f',
      "mv: cannot move 'e' to 'g/e': Directory not empty\nmv: cannot stat 'nope': No such file or directory\n" +
        "mv: 'f' and 'f' are the same file\nmv: cannot overwrite non-directory 'f' with directory 'e'\n" +
        "mv: cannot move 'e' to a subdirectory of itself, 'e/sub'\n" +
        "mv: cannot overwrite directory 'e' with non-directory 'f'\nmv: invalid option -- 'q'\n" +
        "mv: missing destination file operand after 'f'",
      1,
    ],
    ['mv /etc/hostname .', "mv: cannot move '/etc/hostname' to './hostname': Permission denied", 1],
  ])('%s', async (script, output, exitCode) => {
    expect(await run(script)).toEqual({ output, exitCode });
  });
});

describe('exec', () => {
  it.each<Case>([
    ['exec /bin/echo hi; echo never', 'hi', 0],
    ['exec sh -c "exit 5"; echo never', '', 5],
    ['exec nosuch; echo never', 'bash: nosuch: command not found', 127],
    ['exec -a name echo hi >> log; echo never >> log', '', 0],
    ['f() { exec echo "$1"; }; if true; then f in; fi; echo never', 'in', 0],
    [
      '(exec echo in; echo never); x=$(exec echo two; echo never); echo $x; echo a | { exec cat; echo never; }',
      'in\ntwo\na',
      0,
    ],
    ['echo "exec sh -c \\"exit 9\\"; echo never" > s; sh s; echo $?; set -e; exec sh s', '9', 9],
    ['A=1 exec env > e; echo never', '', 0],
    [
      'exec 2> e; ls /nope; echo text >&2; exec 2>&1; cat e; ls /no2',
      "ls: cannot access '/nope': No such file or directory\ntext\nls: cannot access '/no2': No such file or directory",
      2,
    ],
    ['if true; then exec 2> e; fi; ls /nope; cat e', "ls: cannot access '/nope': No such file or directory", 0],
    [
      '( exec 2> /dev/null; ls /nope ); exec > log; echo out; ls /nope',
      "ls: cannot access '/nope': No such file or directory",
      2,
    ],
    ['exec > log 2>&1; echo 1; echo 2 >&2; echo 3; exec sh -c "cat log >&2"', '', 0],
    ['exec < /etc/hosts; read a; read b; echo "$b - $a"', '127.0.1.1 guest-1 - 127.0.0.1 localhost', 0],
    [
      'exec 3<&0 0< /etc/hosts 2> e; while read l; do echo "<$l>"; done; ls /nope; cat e; exec <&3; echo end',
      "<127.0.0.1 localhost>\n<127.0.1.1 guest-1>\nls: cannot access '/nope': No such file or directory\nend",
      0,
    ],
    ['( exec < /etc/hostname; cat ); cat', 'guest-1', 0],
    [
      'f() { exec < /etc/hosts; read l; }; f; echo never',
      'exec: in a mock guest it gives a script other input only by itself, not inside if, loops and functions',
      2,
    ],
  ])('%s', async (script, output, exitCode) => {
    expect(await run(script)).toEqual({ output, exitCode });
  });
});

describe('commands that run others', () => {
  it.each<Case>([
    [
      'sudo -u bob id; sudo -u bob touch /root/x; sudo -u bob touch f; stat -c %U /tmp/f-bob',
      'uid=1001(bob) gid=1001(bob) groups=1001(bob)\ntouch: /root/x: Permission denied\ntouch: f: Permission denied\nstat: /tmp/f-bob: No such file or directory',
      1,
    ],
    [
      'sudo -u nobody id; sudo -u "#1001" whoami; sudo id -un; sudo --user=bob -n A=1 printenv A HOME USER SUDO_USER',
      'sudo: unknown user: nobody\nbob\nroot\n1\n/home/bob\nbob\nroot',
      0,
    ],
    [
      'echo in | sudo -u bob cat; sudo -u bob sh -c "exit 4"; echo $?; sudo -i -u bob pwd; sudo -u bob nosuch',
      'in\n4\n/home/bob\nbash: nosuch: command not found',
      127,
    ],
    [
      'su - bob -c "whoami; pwd"; su bob -c "echo \\$0 \\$1 \\$HOME" x; echo whoami | su bob; su nobody',
      'bob\n/home/bob\nsu x /home/bob\nbob\nsu: user nobody does not exist',
      1,
    ],
    [
      'runuser -u bob -- id -un; runuser bob -c "id -un"; sudo --frob id',
      "bob\nbob\nsudo: mock guests do not know the option '--frob'",
      1,
    ],
    [
      'nice -n 5 echo n; nice -5 echo m; nice; nice --adjustment=4 echo o; ionice -c3 nice -n 19 nohup setsid echo p',
      'n\nm\n0\no\np',
      0,
    ],
  ])('%s', async (script, output, exitCode) => {
    expect(await run(script, 'root')).toEqual({ output, exitCode });
  });

  it('let nobody but root and administrators become somebody else', async () => {
    expect((await run('sudo id; su bob -c id; runuser -u bob id')).output).toBe(
      'sudo: ann is not in the sudoers file\nsu: must be run from a terminal\nrunuser: may not be used by non-root users',
    );
  });
});

describe('what commands tell of files', () => {
  it.each<Case>([
    [
      'touch -d "2020-01-02 03:04:05" f; date -r f +%s; ln f g; [ $(stat -c %i f) = $(stat -c %i g) ] && echo same; test f -ef g && echo one',
      '1577934245\nsame\none',
      0,
    ],
    [
      'touch f; [ "$(ls -i f)" = "$(stat -c "%i %n" f)" ] && ls -li f | wc -w; stat -c "%f %b %5s|%-3n|" f',
      '10\n81a4 0     0|f  |',
      0,
    ],
    [
      "echo a > f; stat --printf '%s\\t%n\\n' f; stat -c %q f; date -r nope",
      "2\tf\nstat: mock guests do not know the directive '%q'\ndate: nope: No such file or directory",
      1,
    ],
    [
      'echo a > f; echo a > g; sed -i.bak s/a/b/ f g; cat f g f.bak; sed -i -e s/b/c/ f; sed "-Eiold/*~" -e s/c/d/ f 2> e; mkdir old; sed -i"old/*~" -e s/c/d/ f; cat f old/f~; ls',
      'b\nb\na\nd\nc\ne\nf\nf.bak\ng\ng.bak\nold',
      0,
    ],
    ['f() { f; }; f', 'bash: f: maximum recursion depth (100) exceeded', 137],
  ])('%s', async (script, output, exitCode) => {
    expect(await run(script)).toEqual({ output, exitCode });
  });
});

describe('devices', () => {
  it.each<Case>([
    [
      'head -c 2000000 /dev/zero | wc -c; head --bytes=2K /dev/urandom > f; stat -c %s f; head -c5 < /dev/zero | wc -c',
      '2000000\n2048\n5',
      0,
    ],
    [
      'tr -dc a-z < /dev/urandom | head -c 12 | wc -c; head -c 3 /etc/hostname; echo abc | head -c 9; echo d | head -c 2',
      '12\ngueabc\nd',
      0,
    ],
    [
      'cat /dev/zero | head -c 2000000 > f',
      'head: endless devices end after 1048576 bytes in a pipe; use "head -c 2000000 DEVICE" or dd',
      1,
    ],
    ['echo hi | cat < /dev/stdin; echo c | { read x < /dev/stdin; echo $x; }; echo err > /dev/stderr', 'hi\nc\nerr', 0],
  ])('%s', async (script, output, exitCode) => {
    expect(await run(script)).toEqual({ output, exitCode });
  });

  it('are no files that a command can make', async () => {
    await run('echo x | tee /dev/stdout /dev/stderr', 'root');
    expect(guest.as('root').list('/dev')).toEqual([]);
  });
});

it('counts what a program has printed before it ends, and stops one that goes on when it is over', async () => {
  const flooded = new TestGuest(posixPrograms(), { outputBytes: 1_000_000 });
  let written = 0;
  const failures: unknown[] = [];
  flooded.programs.add('/usr/bin/flood', async (context) => {
    while (failures.length < 3) {
      try {
        context.writeStdout('x'.repeat(100_000));
        written += 100_000;
      } catch (error) {
        failures.push(error);
      }
      await new Promise(setImmediate);
    }
    return 0;
  });
  expect((await flooded.run('/usr/bin/flood > /dev/null; echo never')).exitCode).toBe(137);
  while (failures.length < 3) await new Promise(setImmediate);
  expect(written).toBe(1_000_000);
});

it('does not take a turn for the file that a redirection to a device was about', () => {
  const opened: boolean[] = [];
  const rewriting = new ScriptRewriting(library, {
    foreignCommands: new Set(),
    ownCommands: new Set(),
    onOpening: (isOpening) => opened.push(isOpening),
  });
  const script = rewriting.rewrite(library.parse('for i in 1; do :; done'));
  const loop = script.statements[0]?.pipelines[0]?.commands[0];
  if (loop?.type !== 'For') throw new Error('no loop');
  let { body } = loop;
  while (body.length === 1) body = loop.body;
  const turn = body[0]?.pipelines[0]?.commands[0];
  opened.length = 0;
  expect(turn).toMatchObject({ type: 'SimpleCommand', name: { type: 'Word' } });
  expect(opened).toContain(false);
});
