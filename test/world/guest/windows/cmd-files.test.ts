import { describe, expect, it } from 'vitest';
import { crlf, WindowsGuest } from './windows-guest.js';

interface Case {
  readonly command: string;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exitCode?: number;
  /** Text of files afterwards; null for one that must not be there. */
  readonly files?: Readonly<Record<string, string | null>>;
}

const copied = (count: number): string => crlf(`        ${count} file(s) copied.`);
const moved = (count: number): string => crlf(`        ${count} file(s) moved.`);
const noFile = crlf('The system cannot find the file specified.');
const noPath = crlf('The system cannot find the path specified.');

const cases: readonly Case[] = [
  // type
  { command: 'type a.txt', stdout: 'alpha' },
  { command: 'type nope.txt', stderr: noFile, exitCode: 1 },
  { command: 'type sub', stderr: crlf('Access is denied.'), exitCode: 1 },
  { command: 'type a.txt b.txt 2>nul', stdout: 'alphabeta' },
  { command: 'type nul > new.txt', files: { 'new.txt': '' } },
  // copy
  { command: 'copy a.txt c.txt', stdout: copied(1), files: { 'a.txt': 'alpha', 'c.txt': 'alpha' } },
  { command: 'copy /y a.txt b.txt', stdout: copied(1), files: { 'b.txt': 'alpha' } },
  { command: 'copy a.txt sub', stdout: copied(1), files: { 'sub\\a.txt': 'alpha' } },
  { command: 'copy *.txt sub\\', stdout: crlf('a.txt', 'b.txt') + copied(2), files: { 'sub\\b.txt': 'beta' } },
  { command: 'copy a.txt+b.txt ab.txt', stdout: copied(1), files: { 'ab.txt': 'alphabeta' } },
  { command: 'copy a.txt + "b.txt" ab.txt', stdout: copied(1), files: { 'ab.txt': 'alphabeta' } },
  { command: 'copy nul empty.txt', stdout: copied(1), files: { 'empty.txt': '' } },
  { command: 'copy nope.txt c.txt', stderr: noFile, exitCode: 1, files: { 'c.txt': null } },
  { command: 'copy a.txt C:\\no\\such.txt', stderr: noPath, stdout: copied(0), exitCode: 1 },
  {
    command: 'copy a.txt A.TXT',
    stderr: crlf('The file cannot be copied onto itself.'),
    stdout: copied(0),
    exitCode: 1,
    files: { 'a.txt': 'alpha' },
  },
  { command: 'copy "with blank.txt" "other blank.txt"', stdout: copied(1), files: { 'other blank.txt': 'blank' } },
  { command: 'copy ünï.txt 漢字.txt', stdout: copied(1), files: { '漢字.txt': 'uni' } },
  { command: 'copy', stderr: crlf('The syntax of the command is incorrect.'), exitCode: 1 },
  // move and ren
  { command: 'move a.txt sub\\z.txt', stdout: moved(1), files: { 'a.txt': null, 'sub\\z.txt': 'alpha' } },
  { command: 'move /y a.txt b.txt', stdout: moved(1), files: { 'a.txt': null, 'b.txt': 'alpha' } },
  {
    command: 'move *.txt sub',
    stdout: crlf('C:\\Work\\a.txt', 'C:\\Work\\b.txt') + moved(2),
    files: { 'a.txt': null },
  },
  { command: 'move sub tree', stdout: crlf('        1 dir(s) moved.'), files: { 'tree\\deep\\d.log': 'deep' } },
  { command: 'move nope x', stderr: noFile, exitCode: 1 },
  { command: 'ren a.txt z.txt', files: { 'a.txt': null, 'z.txt': 'alpha' } },
  { command: 'ren *.txt *.bak', files: { 'a.txt': null, 'a.bak': 'alpha', 'b.bak': 'beta' } },
  { command: 'ren a.txt A.TXT', files: { 'a.txt': 'alpha' } },
  {
    command: 'ren a.txt b.txt',
    stderr: crlf('A duplicate file name exists, or the file', 'cannot be found.'),
    exitCode: 1,
    files: { 'a.txt': 'alpha', 'b.txt': 'beta' },
  },
  { command: 'ren a.txt sub\\b.txt', stderr: crlf('The syntax of the command is incorrect.'), exitCode: 1 },
  // del
  { command: 'del a.txt', files: { 'a.txt': null, 'b.txt': 'beta' } },
  { command: 'del /q *.txt', files: { 'a.txt': null, 'b.txt': null, 'c.log': 'log' } },
  { command: 'del nope.txt', stderr: crlf('Could Not Find C:\\Work\\nope.txt') },
  {
    command: 'del /s /q *.log',
    stdout: crlf('Deleted file - C:\\Work\\c.log', 'Deleted file - C:\\Work\\sub\\deep\\d.log'),
  },
  { command: 'del /q sub\\deep', files: { 'sub\\deep\\d.log': null } },
  {
    command: 'attrib +r a.txt & del a.txt',
    stderr: crlf('C:\\Work\\a.txt', 'Access is denied.'),
    exitCode: 1,
    files: { 'a.txt': 'alpha' },
  },
  { command: 'attrib +r a.txt & del /f a.txt', files: { 'a.txt': null } },
  // directories
  { command: 'md x\\y\\z & if exist x\\y\\z\\ echo made', stdout: crlf('made') },
  { command: 'mkdir "new one" two & dir /b /ad', stdout: crlf('new one', 'sub', 'two') },
  { command: 'md sub', stderr: crlf('A subdirectory or file sub already exists.'), exitCode: 1 },
  {
    command: 'md a?b',
    stderr: crlf('The filename, directory name, or volume label syntax is incorrect.'),
    exitCode: 1,
  },
  {
    command: 'rd sub',
    stderr: crlf('The directory is not empty.'),
    exitCode: 145,
    files: { 'sub\\deep\\d.log': 'deep' },
  },
  { command: 'rmdir /s /q sub', files: { 'sub\\deep\\d.log': null } },
  { command: 'rd nope', stderr: noFile, exitCode: 2 },
  { command: 'rd a.txt', stderr: crlf('The directory name is invalid.'), exitCode: 267 },
  // dir
  {
    command: 'dir /b',
    stdout: crlf('a.txt', 'b.txt', 'c.log', 'sub', 'with blank.txt', 'ünï.txt').replace('with', 'with'),
  },
  { command: 'dir /b/a-d *.log', stdout: crlf('c.log') },
  { command: 'dir /b /s *.log', stdout: crlf('C:\\Work\\c.log', 'C:\\Work\\sub\\deep\\d.log') },
  { command: 'dir /b /o-n *.txt sub', stdout: crlf('b.txt', 'a.txt', 'deep') },
  { command: 'dir /b nope', stderr: crlf('File Not Found'), exitCode: 1 },
  { command: 'dir /b C:\\no\\*', stderr: noPath, exitCode: 1 },
  // links
  {
    command: 'mklink l.txt a.txt & type l.txt',
    stdout: `${crlf('symbolic link created for l.txt <<===>> a.txt')}alpha`,
  },
  {
    command: 'mklink /h l.txt a.txt & echo x>>l.txt& del a.txt & type l.txt',
    stdout: `${crlf('Hardlink created for l.txt <<===>> a.txt')}alphax\r\n`,
    files: { 'a.txt': null },
  },
  { command: 'mklink /h l.txt nope', stderr: noFile, exitCode: 1 },
  {
    command: 'mklink /h a.txt b.txt',
    stderr: crlf('Cannot create a file when that file already exists.'),
    exitCode: 1,
  },
  // redirection failures
  { command: 'echo x>C:\\no\\such\\file', stderr: noPath, exitCode: 1 },
  { command: 'sort <nope.txt', stderr: noFile, exitCode: 1 },
  { command: 'echo x>sub', stderr: crlf('Access is denied.'), exitCode: 1 },
  {
    command: '(echo 1& echo 2 1>&2& type nope& echo 4)>o.txt 2>&1',
    files: { 'o.txt': `${crlf('1', '2 ')}${noFile}${crlf('4')}` },
  },
  { command: 'echo one>o.txt&echo two>>o.txt', files: { 'o.txt': crlf('one', 'two') } },
];

function prepared(): WindowsGuest {
  const guest = new WindowsGuest();
  guest.files.makeDirectory('C:\\Work\\sub\\deep', { makeParents: true });
  const texts = { 'a.txt': 'alpha', 'b.txt': 'beta', 'c.log': 'log', 'sub\\deep\\d.log': 'deep' };
  for (const [name, text] of Object.entries(texts)) guest.files.write(`C:\\Work\\${name}`, text);
  return guest;
}

describe('file commands of cmd', () => {
  it.each(cases)('$command', async ({ command, stdout = '', stderr = '', exitCode = 0, files = {} }) => {
    const guest = prepared();
    if (/blank|ünï|dir \/b$/.test(command)) {
      guest.files.write('C:\\Work\\with blank.txt', 'blank');
      guest.files.write('C:\\Work\\ünï.txt', 'uni');
    }
    expect(await guest.cmd(command)).toEqual({ exitCode, stdout, stderr });
    for (const [name, text] of Object.entries(files)) {
      const path = `C:\\Work\\${name}`;
      expect([name, guest.files.exists(path) ? guest.text(path) : null]).toEqual([name, text]);
    }
  });

  it('dir prints sizes, times and sums', async () => {
    const { stdout } = await prepared().cmd('dir /s');
    expect(stdout).toBe(
      crlf(
        ' Volume in drive C has no label.',
        ' Volume Serial Number is 5E1F-0C2D',
        '',
        ' Directory of C:\\Work',
        '',
        '01/31/2026  09:05 AM    <DIR>          .',
        '01/31/2026  09:05 AM    <DIR>          ..',
        '01/31/2026  09:05 AM                 5 a.txt',
        '01/31/2026  09:05 AM                 4 b.txt',
        '01/31/2026  09:05 AM                 3 c.log',
        '01/31/2026  09:05 AM    <DIR>          sub',
        '               3 File(s)             12 bytes',
        '',
        ' Directory of C:\\Work\\sub',
        '',
        '01/31/2026  09:05 AM    <DIR>          .',
        '01/31/2026  09:05 AM    <DIR>          ..',
        '01/31/2026  09:05 AM    <DIR>          deep',
        '               0 File(s)              0 bytes',
        '',
        ' Directory of C:\\Work\\sub\\deep',
        '',
        '01/31/2026  09:05 AM    <DIR>          .',
        '01/31/2026  09:05 AM    <DIR>          ..',
        '01/31/2026  09:05 AM                 4 d.log',
        '               1 File(s)              4 bytes',
        '',
        '     Total Files Listed:',
        '               4 File(s)             16 bytes',
        '               8 Dir(s)    999,999,267 bytes free',
      ),
    );
  });

  it('copy keeps the time of a file', async () => {
    const guest = prepared();
    guest.files.setAttributes('C:\\Work\\a.txt', { modifiedMs: 1000 });
    await guest.cmd('copy a.txt c.txt');
    expect(guest.files.stat('C:\\Work\\c.txt').modifiedMs).toBe(1000);
  });

  it('shows bytes of any kind unchanged', async () => {
    const guest = prepared();
    const bytes = Uint8Array.from({ length: 256 }, (_value, index) => index);
    guest.files.write('C:\\Work\\raw.bin', bytes);
    await guest.cmd('type raw.bin>out.bin');
    expect(guest.files.read('C:\\Work\\out.bin').bytes()).toEqual(bytes);
  });

  it('goes by the rights of the user', async () => {
    const guest = new WindowsGuest({ isAdministrator: false, name: 'bob' });
    const denied = { exitCode: 1, stdout: '', stderr: crlf('Access is denied.') };
    await expect(guest.cmd('md C:\\Windows\\mine')).resolves.toEqual(denied);
    const link = await guest.cmd('mklink l.txt a.txt');
    expect(link.stderr).toBe(crlf('You do not have sufficient privilege to perform this operation.'));
  });
});
