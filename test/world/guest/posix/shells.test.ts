import { beforeAll, describe, expect, it } from 'vitest';
import { posixPrograms, type PosixProgramsOptions } from '../../../../src/world/guest/posix/posix-programs.js';
import { TestGuest } from '../guest-fixture.js';

const shells: readonly (readonly [name: string, options: PosixProgramsOptions])[] = [
  ['full shell', {}],
  ['small shell', { shell: 'small' }],
];

beforeAll(async () => {
  // Loading the library takes time of its own, which no fake clock waits for.
  await new TestGuest(posixPrograms()).run('true');
});

describe.each(shells)('both shells: %s', (_name, options) => {
  const make = (): TestGuest => new TestGuest(posixPrograms(options));

  it.each<readonly [script: string, output: string, exitCode: number]>([
    ['echo hello', 'hello', 0],
    ['echo "a  b" \'c $HOME\' $HOME', 'a  b c $HOME /home/ann', 0],
    ['false || echo no; true && echo yes', 'no\nyes', 0],
    ['exit 7', '', 7],
    ['false; echo $?', '1', 0],
    ['X=1; Y="$X 2"; echo $Y ${X}3', '1 2 13', 0],
    ['pwd; cd /tmp; pwd; echo $PWD', '/home/ann\n/tmp\n/tmp', 0],
    ['echo one > f; echo two >> f; cat f; cat < f', 'one\ntwo\none\ntwo', 0],
    ['cat nofile 2> err; echo $?; cat err', '1\ncat: nofile: No such file or directory', 0],
    ['echo lost > /dev/null; cat /dev/null; echo kept', 'kept', 0],
    ['echo to-stderr >&2', 'to-stderr', 0],
    ['mkdir -p a/b; touch a/b/c; ls a; ls a/b; rm -r a; ls', 'b\nc', 0],
    ['echo x > "é ü.txt"; cp "é ü.txt" "copy of ü"; mv "copy of ü" third; cat third; ls', 'x\nthird\né ü.txt', 0],
    ['echo 1 > m; echo 2 > n; cp m n; cat n; echo 3 > m; mv m n; cat n; ls', '1\n3\nn', 0],
    ['exec sh -c "echo in; exit 5"; echo never', 'in', 5],
    ['[ -f /etc/passwd ] && test -d /tmp && echo yes', 'yes', 0],
    ['test a = b; echo $?', '1', 0],
    [
      'whoami; id -u; id; hostname; uname',
      'ann\n1000\nuid=1000(ann) gid=50(staff) groups=50(staff)\nguest-1\nLinux',
      0,
    ],
    ['date +%Y-%m-%dT%H:%M:%S', '2026-01-01T00:00:00', 0],
    ['/bin/cat /etc/hostname', 'guest-1', 0],
    ['/bin/sh -c "echo inner; exit 4"; echo $?', 'inner\n4', 0],
    ["sh -c 'echo $0 $1' zero one", 'zero one', 0],
    ['env -i A=1 printenv A HOME', '1', 1],
    ['A=5 printenv A', '5', 0],
    ['nosuch', '', 127],
    ['echo "open', '', 2],
    ['echo a # comment\necho b', 'a\nb', 0],
    ['cat /root/x', 'cat: /root/x: Permission denied', 1],
    ['ls -l /etc/hostname', '-rw-r--r-- 1 root root 8 Jan  1 00:00 /etc/hostname', 0],
    ['touch n; chmod 640 n; stat -c "%a %U %G %n" n', '640 ann staff n', 0],
    ['echo $$ > pid; kill -0 1; echo $?', '0', 0],
    [
      'echo ab > f; truncate -s 1 f; truncate -s +2 g; stat -c "%s %n" f g; cmp f g; cmp -s f f; echo $?',
      '1 f\n2 g\nf g differ: byte 1, line 1\n0',
      0,
    ],
    [
      'getent passwd bob; getent group staff; getent hosts guest-1; getent passwd no || echo $?',
      'bob:x:1001:1001:bob:/home/bob:/bin/sh\nstaff:x:50:\n10.0.0.5       guest-1\n2',
      0,
    ],
    [
      'tty; df -m /',
      'not a tty\nFilesystem  1M-blocks Used Available Use% Mounted on\n/dev/sda1           1    1         1   1% /',
      0,
    ],
    [
      'id bob; id -u 1001; touch f; stat -c "%u %g" f',
      'uid=1001(bob) gid=1001(bob) groups=1001(bob)\n1001\n1000 50',
      0,
    ],
    ['id nobody; chown nosuch f', "id: 'nobody': no such user\nchown: invalid user: 'nosuch'", 1],
    [
      'touch f; ls -n f; chown 1000:50 f; ls -g f',
      '-rw-r--r-- 1 1000 50 0 Jan  1 00:00 f\n-rw-r--r-- 1 staff 0 Jan  1 00:00 f',
      0,
    ],
    ['kill 1', 'kill: (1): Operation not permitted', 1],
    ['dd if=/dev/zero of=blob bs=1k count=3 2> /dev/null; stat -c %s blob', '3072', 0],
    ['set -e; false; echo never', '', 1],
    ['umask; ulimit -n', '0022\nunlimited', 0],
    ['set -e; trap "rm -f x" EXIT 2> /dev/null; echo on', 'on', 0],
    ['mkdir -m 700 d; stat -c %a d; mkdir -p d/e d; rmdir d/e; mkdir d', '700\nmkdir: d: File exists', 1],
    [
      'rm -rf /etc 2> e; echo $?; cat e; rm -f none; rm none',
      '1\nrm: /etc: Permission denied\nrm: none: No such file or directory',
      1,
    ],
    ['echo in > f; cat /dev/stdin < f', 'in', 0],
    ['ifconfig > i; ip addr > a; test -s i && test -s a && echo both', 'both', 0],
    ['hostname -I; uptime', '10.0.0.5\n 00:00:00 up 0:00,  1 user,  load average: 0.00, 0.00, 0.00', 0],
    ['install -m 750 /etc/hostname h; stat -c %a h; realpath h; date -d @0 +%s', '750\n/home/ann/h\n0', 0],
    [
      'ls -a; ls -d /tmp; ls -F /home; ls -1 /none 2> err; cat err; true',
      ".\n..\n.profile\n/tmp\nann/\nbob/\nls: cannot access '/none': No such file or directory",
      0,
    ],
    ['echo a > f; ln f g; echo b >> g; rm f; cat g; ln g h; stat -c "%h %n" g h', 'a\nb\n2 g\n2 h', 0],
    [
      'touch f; mkdir d; ln f d; ln -s f d/s; stat -c "%h %n" d/f d/s d; ln -v f d/x',
      "2 d/f\n1 d/s\n2 d\n'd/x' => 'f'",
      0,
    ],
    [
      'touch f g; ln f g; ln -f f g; ln no x; ln /tmp t; ln',
      "ln: failed to create hard link 'g': File exists\nln: failed to access 'no': No such file or directory\n" +
        'ln: /tmp: hard link not allowed for directory\nln: missing file operand',
      1,
    ],
    [
      'touch -d 2020-02-03T04:05:06 f; ls -l --full-time f; touch -t 202001020304 f; stat -c %y f',
      '-rw-r--r-- 1 ann staff 0 2020-02-03 04:05:06.000000000 +0000 f\n2020-01-02 03:04:00.000000000 +0000',
      0,
    ],
    ['chmod u+x,go= /home/ann/.profile; stat -c %A .profile', '-rwx------', 0],
    ['chown bob .profile', 'chown: .profile: Permission denied', 1],
  ])('%s', async (script, output, exitCode) => {
    const guest = make();
    guest.table.add({ name: 'init', owner: 'root', commandLine: '/sbin/init', pid: 1, isSystem: true });
    const result = await guest.run(script);
    expect({ output: exitCode === 127 || exitCode === 2 ? '' : result.output, exitCode: result.exitCode }).toEqual({
      output,
      exitCode,
    });
  });

  it('starts a command by its path, with redirections and separators in its arguments', async () => {
    const guest = make();
    expect(await guest.run({ path: '/bin/ls', arguments: '/home > /tmp/out; echo done' })).toEqual({
      exitCode: 0,
      output: 'done',
    });
    expect(Buffer.from(guest.as('ann').read('/tmp/out').bytes()).toString()).toBe('ann\nbob\n');
  });

  it('starts test by its path', async () => {
    const guest = make();
    expect(await guest.run({ path: '/usr/bin/test', arguments: '-d /home' })).toEqual({ exitCode: 0, output: '' });
    expect(await guest.run({ path: '/bin/test', arguments: '-e /nothing' })).toEqual({ exitCode: 1, output: '' });
  });

  it('runs a script file by its first line, with its arguments', async () => {
    const guest = make();
    guest.as('ann').write('/home/ann/my script.sh', '#!/bin/sh\necho "$0" "$1" $#\nexit 3\n', { mode: 0o755 });
    expect(await guest.run({ path: '/home/ann/my script.sh', arguments: '"x y" z' })).toEqual({
      exitCode: 3,
      output: '/home/ann/my script.sh x y 2',
    });
    expect((await guest.run('"/home/ann/my script.sh" q')).output).toBe('/home/ann/my script.sh q 1');
    expect((await guest.run('./"my script.sh" q')).output).toContain('q 1');
    expect((await guest.run('sh "my script.sh" r s')).output).toBe('my script.sh r 2');
  });

  it('runs an interpreter that was added, for scripts that name it and by its name', async () => {
    const guest = make();
    const calls: string[] = [];
    guest.programs.add('/usr/bin/python3', async (context) => {
      calls.push(`${context.arguments} in ${context.workingDirectory} as ${context.user.name}`);
      context.writeStdout('from python\n');
      return 9;
    });
    guest.as('ann').write('/home/ann/tool.py', '#!/usr/bin/python3\nprint(1)\n', { mode: 0o755 });
    expect(await guest.run({ path: '/home/ann/tool.py', arguments: 'a "b c"' })).toEqual({
      exitCode: 9,
      output: 'from python',
    });
    expect(await guest.run('cd /tmp; /home/ann/tool.py d > out; echo $?; cat out')).toEqual({
      exitCode: 0,
      output: '9\nfrom python',
    });
    expect(await guest.run('python3 -V')).toEqual({ exitCode: 9, output: 'from python' });
    expect(calls).toEqual([
      "/home/ann/tool.py a 'b c' in /home/ann as ann",
      '/home/ann/tool.py d in /tmp as ann',
      '-V in /home/ann as ann',
    ]);
  });

  it('lets an added program take the place of a standard command', async () => {
    const guest = make();
    guest.programs.add('hostname', async (context) => {
      context.writeStdout(`mine ${context.arguments}\n`);
      return 0;
    });
    expect((await guest.run('hostname -x; /bin/hostname')).output).toBe('mine -x\nmine ');
  });

  it('gives an added program its standard input and variables, and takes its output', async () => {
    const guest = make();
    guest.programs.add('/opt/shout', async (context) => {
      const text = Buffer.from(context.stdin).toString('utf8');
      context.writeStdout(text.toUpperCase() + (context.environment.get('TAIL') ?? ''));
      context.writeStderr('warned\n');
      return 0;
    });
    expect((await guest.run('echo schön > in; TAIL=! /opt/shout < in > out 2> err; cat out err')).output).toBe(
      'SCHÖN\n!warned',
    );
  });

  it('runs a copy of a command under another name, and refuses what is no program', async () => {
    const guest = make();
    expect((await guest.run('cp /bin/whoami /tmp/who; /tmp/who')).output).toBe('ann');
    guest.as('ann').write('/tmp/plain', 'echo plain text\n');
    expect((await guest.run('/tmp/plain')).exitCode).toBe(126);
    guest.as('ann').write('/tmp/blob', Uint8Array.of(127, 69, 76, 70, 0, 1), { mode: 0o755 });
    expect((await guest.run('/tmp/blob')).exitCode).toBe(126);
  });

  it('sleeps by the clock of the guest', async () => {
    const guest = make();
    const beganMs = guest.clock.now();
    const started = guest.begin('sleep 2; echo woke; sleep 1m');
    await guest.clock.advance(1_999);
    expect(guest.table.state(started.pid)).toEqual({ state: 'running' });
    while (guest.table.state(started.pid).state === 'running') await guest.clock.advance(1_000);
    expect(await started.done).toBe(0);
    expect(guest.clock.now() - beganMs).toBeGreaterThanOrEqual(62_000);
    expect(guest.lines).toEqual(['woke']);
  });

  it('stops a script that is killed, and what it would do next does not happen', async () => {
    const guest = make();
    const started = guest.begin('sleep 5; echo late > /tmp/late');
    await guest.clock.advance(10);
    guest.kill(started.pid, guest.user('ann'));
    expect(await started.done).toBe(137);
    await guest.clock.advance(10_000);
    expect(guest.as('ann').exists('/tmp/late')).toBe(false);
    expect(guest.clock.pending).toBe(0);
  });

  it('kills another process of the guest from a script', async () => {
    const guest = make();
    const victim = guest.begin('sleep 100; echo survived');
    await guest.clock.advance(1);
    expect(await guest.run(`kill -9 ${victim.pid}; echo $?`)).toEqual({ exitCode: 0, output: '0' });
    expect(await victim.done).toBe(137);
    expect((await guest.run(`kill ${victim.pid}`)).exitCode).toBe(1);
  });

  it('ends a command over the time of timeout', async () => {
    const guest = make();
    const started = guest.begin('timeout 3 sleep 100; echo $?');
    while (guest.table.state(started.pid).state === 'running') await guest.clock.advance(1_000);
    expect(await started.done).toBe(0);
    expect(guest.lines).toEqual(['124']);
  });

  it('shows processes with ps', async () => {
    const guest = make();
    guest.table.add({ name: 'vmtoolsd', owner: 'root', commandLine: '/usr/bin/vmtoolsd', pid: 655, isSystem: true });
    const { output } = await guest.run('ps -ef');
    expect(output).toMatch(/^UID +PID +PPID +C STIME TTY +TIME CMD$/mu);
    expect(output).toMatch(/^root +655 .*\/usr\/bin\/vmtoolsd$/mu);
    expect((await guest.run('ps -o pid= -C vmtoolsd')).output).toBe('655');
    expect((await guest.run('ps')).output).not.toContain('vmtoolsd');
    const parents = await guest.run('sleep 100 & ps -o pid= -o ppid= -C sleep; echo "$! $$"; ps -o ppid= -C sh');
    const [child = '', own = '', tools = ''] = parents.output.split('\n').map((text) => text.trim());
    expect(child.split(/ +/u)).toEqual(own.split(' '));
    expect(tools).toBe('655');
  });

  it('makes temporary files that did not exist', async () => {
    const guest = make();
    const { output } = await guest.run('mktemp; mktemp -d /tmp/job.XXXX');
    const [file = '', directory = ''] = output.split('\n');
    expect(guest.as('ann').stat(file).mode).toBe(0o600);
    expect(directory).toMatch(/^\/tmp\/job\.\w{4}$/u);
    expect(guest.as('ann').stat(directory).kind).toBe('directory');
  });

  it('never sees the machine outside', async () => {
    const guest = make();
    const { output } = await guest.run('env; ls /; cat /proc/version');
    expect(output).not.toContain(process.cwd());
    expect(output).not.toContain(process.version);
    expect((await guest.run(`ls ${process.cwd()}`)).exitCode).not.toBe(0);
  });
});

describe('full shell', () => {
  const make = (options: PosixProgramsOptions = {}): TestGuest => new TestGuest(posixPrograms(options));

  it.each<readonly [script: string, output: string, exitCode: number]>([
    ['for i in 1 2 3; do echo $i; done | tail -n 1', '3', 0],
    ['if [ -x /bin/ls ]; then echo x; fi', 'x', 0],
    ['f() { echo "in $1"; return 5; }; f z; echo $?', 'in z\n5', 0],
    ['cat <<EOF\n  kept $HOME\nEOF', '  kept /home/ann', 0],
    ['echo "b a" | tr " " "\\n" | sort | head -1', 'a', 0],
    ['x=$(echo sub); echo $x `echo tick`', 'sub tick', 0],
    ['echo é | wc -c', '3', 0],
    ['sh -e -c "false; echo no"; echo $?', '1', 0],
    ['bash -lc "echo login"', 'login', 0],
    ['echo "echo from stdin" | sh', 'from stdin', 0],
    ['cd /etc; grep -l guest-1 host*', 'hostname\nhosts', 0],
    ['[ -w /etc/hostname ] || echo read-only; [ -r /root ] || echo closed', 'read-only\nclosed', 0],
    ['head -c 4 /dev/zero | wc -c', '4', 0],
    ['find /home -maxdepth 1 -type d -name "a*"', '/home/ann', 0],
    ['echo data > a; tar cf t.tar a; rm a; tar xf t.tar; cat a', 'data', 0],
    ['ln -s /etc/hostname l; readlink l; cat l', '/etc/hostname\nguest-1', 0],
    ['echo x > /nope/f; echo $?', 'bash: /nope/f: cannot open redirect target\n1', 0],
    [
      'L=/root/f; echo x > $L || echo no; [ -e /etc/hostname ] && cat /etc/hostname',
      'bash: /root/f: cannot open redirect target\nno\nguest-1',
      0,
    ],
    [
      'L=/dev/null; true > "$L"; test -e /etc/hostname && id -u; for i in 1 2; do echo $i > $L; done; cat /etc/hostname',
      '1000\nguest-1',
      0,
    ],
    ['set -e; { echo x; } >> /etc/f; echo never', 'bash: /etc/f: cannot open redirect target', 1],
    [
      'echo a b c | xargs -n1 echo -; echo x y | xargs -I{} echo "[{}]"; seq 3 | paste -sd, -',
      '- a\n- b\n- c\n[x y]\n1,2,3',
      0,
    ],
    ['python3 -c 1', 'bash: python3: command not found', 127],
    ['command -v python3 || echo none; python3 > log 2>&1; cat log', 'none\nbash: python3: command not found', 0],
    ['python3() { echo mine $1; }; python3 1; if curl -s x 2> /dev/null; then :; else echo $?; fi', 'mine 1\n127', 0],
    ['which ls', '/usr/bin/ls', 0],
    [
      'find / -name hostname -type f',
      '/root: Permission denied\n/home/bob: Permission denied\n/etc/hostname\n/usr/bin/hostname',
      0,
    ],
    ['cat -n /etc/hostname', '     1\tguest-1', 0],
    ['x=a; while true; do x=$x$x; done', 'bash: word expansion: string length limit exceeded (4194304 bytes)', 137],
    ['printf "%s\\n" one | tee t > /dev/null; cat t', 'one', 0],
  ])('%s', async (script, output, exitCode) => {
    expect(await make().run(script)).toEqual({ output, exitCode });
  });

  it('keeps bytes as they are', async () => {
    const guest = make();
    const bytes = Uint8Array.from({ length: 256 }, (_value, at) => at);
    guest.as('ann').write('/tmp/bytes', bytes);
    await guest.run('cat /tmp/bytes > /tmp/copy; cat /tmp/bytes | cat >> /tmp/copy; cp /tmp/copy /tmp/copy2');
    expect([...guest.as('ann').read('/tmp/copy2').bytes()]).toEqual([...bytes, ...bytes]);
  });

  it('runs the script of a name that a command has too, when its path says so', async () => {
    const guest = make();
    guest.as('ann').makeDirectory('/home/ann/bin');
    guest.as('ann').write('/home/ann/bin/ls', '#!/bin/sh\necho my own ls\n', { mode: 0o755 });
    expect((await guest.run('/home/ann/bin/ls; /bin/ls /home; PATH=/home/ann/bin:$PATH; ls')).output).toBe(
      'my own ls\nann\nbob\nmy own ls',
    );
  });

  it('refuses a file without the right to execute it, whoever may read it', async () => {
    const guest = make();
    guest.as('root').write('/tmp/tool', '#!/bin/sh\necho ran as $(whoami)\n', { mode: 0o744 });
    expect((await guest.run('/tmp/tool')).exitCode).toBe(126);
    expect((await guest.run('/tmp/tool', 'root')).output).toBe('ran as root');
    expect((await guest.run('sh /tmp/tool')).output).toBe('ran as ann');
  });

  it('ends a runaway script with 137', async () => {
    const guest = make({ stepLimit: 2_000, outputLimitBytes: 10_000 });
    expect((await guest.run('while true; do :; done')).exitCode).toBe(137);
    expect((await guest.run('while true; do echo 0123456789012345678901234567890; done')).exitCode).toBe(137);
    expect((await guest.run('f() { f; }; f')).exitCode).toBe(137);
  });

  it('can be killed in the middle of a busy loop', async () => {
    const guest = make();
    const started = guest.begin('while true; do cat /etc/hostname > /dev/null; done');
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
    guest.kill(started.pid, guest.user('ann'));
    expect(await started.done).toBe(137);
  });

  it('changes no global of the process', async () => {
    const { setTimeout: timer, Function: maker } = globalThis;
    const guest = make();
    const running = guest.begin('sleep 1; echo 1');
    await guest.clock.advance(10);
    expect(globalThis.setTimeout).toBe(timer);
    expect(globalThis.Function).toBe(maker);
    await guest.clock.advance(2_000);
    expect(await running.done).toBe(0);
  });
});

describe('small shell', () => {
  const make = (options: PosixProgramsOptions = {}): TestGuest =>
    new TestGuest(posixPrograms({ ...options, shell: 'small' }));

  it.each([
    ['echo a | cat', 'pipes'],
    ['grep x /etc/passwd', 'grep'],
    ['for i in 1; do echo $i; done', '"for"'],
    ['echo $(whoami)', 'command substitution'],
    ['echo *', 'patterns'],
    ['true && sleep 1 &', 'background'],
    ['(echo a)', 'subshells'],
    ['cat <<EOF\nEOF', 'here-documents'],
    ['echo ${X:-1}', 'operators'],
    ['echo `id`', 'command substitution'],
  ])('says that %s needs the full shell', async (script, what) => {
    const { exitCode, output } = await make().run(script);
    expect(exitCode).toBe(127);
    expect(output).toContain(what);
    expect(output).toContain('just-bash');
  });

  it('tells an unknown command from one that it lacks', async () => {
    expect((await make().run('nosuch')).output).toBe('sh: nosuch: not found');
  });

  it('ends a script that calls itself, or is too long, with 137', async () => {
    const guest = make({ stepLimit: 100 });
    expect((await guest.run('true\n'.repeat(101))).exitCode).toBe(137);
    expect((await guest.run('true\n'.repeat(100))).exitCode).toBe(0);
  });

  it.each(['echo a > ; echo b', '&& echo a', "echo 'open", '; echo a'])('refuses %s', async (script) => {
    expect((await make().run(script)).exitCode).toBe(2);
  });

  it('reports a redirection that fails and goes on', async () => {
    const { output } = await make().run('echo a > /etc/new; echo $?; echo b > /no/dir; echo $?');
    expect(output).toBe('sh: /etc/new: Permission denied\n1\nsh: /no/dir: No such file or directory\n1');
  });
});
