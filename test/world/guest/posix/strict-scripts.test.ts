import { beforeAll, describe, expect, it } from 'vitest';
import { posixPrograms } from '../../../../src/world/guest/posix/posix-programs.js';
import { TestGuest } from '../guest-fixture.js';

/** A script, what bash prints, and its exit code. */
type Case = readonly [script: string, output: string, exitCode: number];

const guest = new TestGuest(posixPrograms());

beforeAll(() => guest.run('true'));

describe('set -u', () => {
  it.each<Case>([
    ['set -u; echo "${X:-d}" "${X-d}" "${X:+z}" "${X+z}" "${1:-none}" "[${X:-}]"', 'd d   none []', 0],
    ['set -u; : "${X:=5}" "${Y=6}"; echo "$X$Y"', '56', 0],
    ['set -u; [ -z "${X:-}" ] && echo empty; [[ "${X:-a}" == a ]] && echo eq', 'empty\neq', 0],
    ['set -u; for i in "${Z:-p q}" "${Q:-*}"; do echo "<$i>"; done', '<p q>\n<*>', 0],
    ['set -u; f() { echo $#; }; f "${X:-}" "${X:+}" "$@" "${@:-}" "${a[@]:-}" "${b[0]:-x}"', '5', 0],
    ['set -u; a=(1 "2 3"); f() { echo $#; }; f ${a[@]+"${a[@]}"}; f "${a[@]+"${a[@]}"}"', '2\n2', 0],
    ['set -u; a=(); f() { echo $#; }; f ${a[@]+"${a[@]}"} ${1+"$@"}; set -- 1 "2 3"; f ${1+"$@"}', '0\n2', 0],
    ['set -u; echo "${X:-$(echo "u  v")}" "${X:-"q  r"}" "${X:-\\$}"', 'u  v q  r $', 0],
    ['set -u; echo "${X}"; echo no', 'bash: X: unbound variable', 1],
  ])('%s', async (script, output, exitCode) => {
    expect(await guest.run(script)).toEqual({ output, exitCode });
  });
});

describe('the status of an assignment', () => {
  it.each<Case>([
    ['false; S=x; echo $?; false; S=$?; echo $S $?; false; S+=z T=y; echo $S $?', '0\n1 0\n1z 0', 0],
    ['false; a=(1 2); echo $?; false; a[3]=4; echo $? ${a[3]}', '0\n0 4', 0],
    ['S=$(exit 3); echo $?; S=$(true); echo $?; S=a$(exit 4)b; echo $?', '3\n0\n4', 0],
    ['X=q; false; S=${X:-$(exit 5)}; echo $?; S=${U:-$(exit 5)}; echo $?', '0\n5', 0],
    ['set -e; if false; then S=; else S=sudo; fi; echo after $S', 'after sudo', 0],
    ['set -e; rc=0; ls /nope 2> /dev/null || rc=$?; echo rc=$rc', 'rc=2', 0],
    ['set -e; nosuch 2> /dev/null && rc=0 || rc=$?; echo rc=$rc', 'rc=127', 0],
    ['f() { S=1; }; false; f; echo $?; if S=0; then echo yes; fi', '0\nyes', 0],
    ['readonly A=1; A=2 || echo never', 'bash: A: readonly variable', 1],
    ['set -x; S=1', '+ S=1', 0],
    ['exec > o; echo a; S=x; echo b; exec >&2; cat o', 'a\nb', 0],
    ['set -e; D=${D:-$(pwd)}; N=$(( $(echo 3) + 1 )); echo $D $N', '/home/ann 4', 0],
    ['V=5 & wait $!; echo $?', '0', 0],
  ])('%s', async (script, output, exitCode) => {
    expect(await guest.run(script)).toEqual({ output, exitCode });
  });
});

describe('set -e', () => {
  it.each<Case>([
    ['set -e; f() { false; echo in; }; f || echo no; f && echo yes; echo after', 'in\nin\nyes\nafter', 0],
    ['set -e; f() { false; }; f || echo "no $?"; f && echo yes; echo after; f; echo never', 'no 1\nafter', 1],
    ['set -e; { false; echo g; } || echo c; (false; echo s) || echo c; echo after', 'g\ns\nafter', 0],
    ['set -e; x=$(false; echo in) || true; echo $x; f() { false; echo f; }; y=$(f); echo $y', 'in\nf', 0],
    ['set -e; x=$(true; false); echo never', '', 1],
    ['set -e; x=$(cd /nope 2> /dev/null && pwd); echo never', '', 1],
    ['set -e; x=$(set -e; false; echo in); echo never', '', 1],
    ['set -e; f() { return 7; }; f || echo $?; f && : || echo $?; ! f; f || { echo $?; }; echo end', '7\n7\n7\nend', 0],
    ['set -e; f() { false; echo z; }; ! f; echo on; f || f; false || { false; echo never; }', 'z\non\nz', 1],
    ['set -e; for i in 1 2; do { [ $i = 2 ] && continue; echo $i; } || true; done; echo end', '1\nend', 0],
    ['set -e; f() { exit 4; }; f || echo never; echo never', '', 4],
    ['set -eo pipefail; f() { false | cat; echo in; }; f || echo no; { false | cat; } || echo c', 'in\nc', 0],
    ['set -e; echo t | { cat; false; echo x; } || echo no; f() { cat; }; f <<< h || true', 't\nx\nh', 0],
    ['{ false; } | true && echo "${PIPESTATUS[@]}"; false | true || :; echo end', '1 0\nend', 0],
    [
      'echo "libf() { false; echo lib; }" > l; set -e; . ./l; libf || echo no; eval "false; echo ev" || :',
      'lib\nev',
      0,
    ],
    ['set -e; bash -ec "false; echo inner" || echo outer; if sh -c "set -e; false; echo x"; then :; fi', 'outer', 0],
  ])('%s', async (script, output, exitCode) => {
    expect(await guest.run(script)).toEqual({ output, exitCode });
  });
});
