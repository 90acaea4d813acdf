import type { CompletionEntry } from './completion-data.js';
import { candidateLine } from './posix-shells.js';

function quoted(text: string): string {
  return `'${text.replaceAll('\\', String.raw`\\`).replaceAll("'", String.raw`\'`)}'`;
}

/** Completions for fish. */
export function fishScript(entries: readonly CompletionEntry[]): string {
  const cases = entries.flatMap(({ key, candidates }) => {
    const lines = candidates.map((candidate) => quoted(candidateLine(candidate))).join(' ');
    return [`        case ${quoted(key)}`, lines === '' ? '            true' : `            printf '%s\\n' ${lines}`];
  });
  return `# Completions of revix and vmrun for fish, made by \`revix completion fish\`.

function __revix_data
    switch $argv[1]
${cases.join('\n')}
        case '*'
            return 1
    end
end

function __revix_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program (string replace -r '.*/' '' -- $words[1])
    set -l command ''
    set -l place 0
    set -l index 2
    set -l specs
    while test $index -le (count $words)
        set -l word $words[$index]
        if __revix_data "$program value $command $word" >/dev/null
            set index (math $index + 2)
            continue
        end
        if not string match -q -- '-*' $word
            set -l longer (string lower -- (string trim -- "$command $word"))
            if test $place -eq 0; and __revix_data "$program known $longer" >/dev/null
                set command $longer
            else
                set place (math $place + 1)
            end
        end
        set index (math $index + 1)
    end
    if test $index -gt (math (count $words) + 1)
        set specs (__revix_data "$program value $command $words[-1]")
    else
        set specs (__revix_data "$program place $command $place")
        if string match -q -- '-*' $current
            set -a specs (__revix_data "$program flags $command")
        end
    end
    for line in $specs
        switch $line
            case 'w *'
                string sub -s 3 -- $line
            case f
                __fish_complete_path $current
            case d
                __fish_complete_directories $current ''
            case x
                __fish_complete_path $current | string match -r -i '^[^\\t]*(?:/|\\.vmx)(?:\\t.*)?$'
        end
    end
end

complete -c revix -f -a '(__revix_complete)'
complete -c vmrun -f -a '(__revix_complete)'
`;
}
