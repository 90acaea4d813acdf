import type { Candidate, CompletionEntry } from './completion-data.js';

/** Quotes a text for bash and zsh. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

const fileMarks = { any: 'f', directories: 'd', vmx: 'x' } as const;

/** A candidate as a line: `w WORD<tab>SUMMARY`, or a letter for a kind of file. */
export function candidateLine(candidate: Candidate): string {
  return 'word' in candidate ? `w ${candidate.word}\t${candidate.summary}` : fileMarks[candidate.files];
}

/** What may stand where, as a function of bash and of zsh: prints candidates, and fails for a place that it does not know. */
function dataFunction(entries: readonly CompletionEntry[]): string {
  const branches = entries.map(({ key, candidates }) => {
    const pattern = key.endsWith(' *') ? `${quoted(key.slice(0, -1))}*` : quoted(key);
    const lines = candidates.map((candidate) => quoted(candidateLine(candidate))).join(' ');
    return `    ${pattern}) ${lines === '' ? ':' : `printf '%s\\n' ${lines}`} ;;`;
  });
  return ['_revix_data() {', '  case $1 in', ...branches, '    *) return 1 ;;', '  esac', '}'].join('\n');
}

/** Completions for bash 3.2 and later. */
export function bashScript(entries: readonly CompletionEntry[]): string {
  return `# Completions of revix and vmrun for bash, made by \`revix completion bash\`.

${dataFunction(entries)}

_revix_complete() {
  local program=\${COMP_WORDS[0]##*/} rest=\${COMP_LINE:0:COMP_POINT} current= prefix= command= place=0 last=-1 index=0
  local word specs line words=()
  COMPREPLY=()
  # Bash splits words at colons and the like; what no blank parts is one word.
  while [ "$index" -le "$COMP_CWORD" ]; do
    word=\${COMP_WORDS[index]}
    case $rest in
      [![:blank:]]*) [ "$index" -gt 0 ] || last=0 ;;
      *) last=$((last + 1)) prefix= ;;
    esac
    [ -z "\${words[last]}" ] || prefix=\${words[last]}
    words[last]=\${words[last]}$word
    rest=\${rest#"\${rest%%[![:blank:]]*}"}
    rest=\${rest#"$word"}
    index=$((index + 1))
  done
  current=\${words[last]}
  # A word that ends with what splits is offered what follows it.
  case $word in *[:=@]) prefix=$current ;; esac
  index=1
  while [ "$index" -lt "$last" ]; do
    word=\${words[index]}
    if _revix_data "$program value $command $word" >/dev/null; then
      index=$((index + 2))
      continue
    fi
    case $word in
      -*) ;;
      *)
        word=$(printf '%s' "$word" | tr '[:upper:]' '[:lower:]')
        if [ "$place" -eq 0 ] && _revix_data "$program known \${command:+$command }$word" >/dev/null; then
          command="\${command:+$command }$word"
        else
          place=$((place + 1))
        fi
        ;;
    esac
    index=$((index + 1))
  done
  if [ "$index" -gt "$last" ]; then
    specs=$(_revix_data "$program value $command \${words[last - 1]}")
  else
    specs=$(_revix_data "$program place $command $place")
    case $current in
      -*) specs="$specs
$(_revix_data "$program flags $command")" ;;
    esac
  fi
  local IFS=$'\\n' nocasematch=$(shopt -p nocasematch)
  while read -r line; do
    case $line in
      w\\ *)
        word=\${line#w }
        word=\${word%%$'\\t'*}
        shopt -s nocasematch
        case $word in
          "$current"*)
            COMPREPLY+=("$word")
            case $word in *=) compopt -o nospace 2>/dev/null ;; esac
            ;;
        esac
        eval "$nocasematch"
        ;;
      f)
        compopt -o filenames 2>/dev/null
        COMPREPLY+=($(compgen -f -- "$current"))
        ;;
      d)
        compopt -o filenames 2>/dev/null
        COMPREPLY+=($(compgen -d -- "$current"))
        ;;
      x)
        compopt -o filenames 2>/dev/null
        COMPREPLY+=($(compgen -d -- "$current"; compgen -f -X '!*.[vV][mM][xX]' -- "$current"))
        ;;
    esac
  done <<EOF
$specs
EOF
  # Bash keeps what stands before its last part.
  for index in "\${!COMPREPLY[@]}"; do COMPREPLY[index]=\${COMPREPLY[index]:\${#prefix}}; done
}

complete -F _revix_complete revix vmrun
`;
}

/** Completions for zsh, to be sourced or put into a folder of fpath. */
export function zshScript(entries: readonly CompletionEntry[]): string {
  return `#compdef revix vmrun
# Completions of revix and vmrun for zsh, made by \`revix completion zsh\`.

${dataFunction(entries)}

_revix_complete() {
  local program=\${words[1]:t} command= place=0 index=2 word specs line
  local -a described
  while (( index < CURRENT )); do
    word=\${(Q)words[index]}
    if _revix_data "$program value $command $word" >/dev/null; then
      (( index += 2 ))
      continue
    fi
    if [[ $word != -* ]]; then
      word=\${(L)word}
      if (( place == 0 )) && _revix_data "$program known \${command:+$command }$word" >/dev/null; then
        command="\${command:+$command }$word"
      else
        (( place += 1 ))
      fi
    fi
    (( index += 1 ))
  done
  if (( index > CURRENT )); then
    specs=$(_revix_data "$program value $command \${(Q)words[CURRENT - 1]}")
  else
    specs=$(_revix_data "$program place $command $place")
    [[ \${words[CURRENT]} == -* ]] && specs+=$'\\n'$(_revix_data "$program flags $command")
  fi
  for line in \${(f)specs}; do
    case $line in
      w\\ *)
        word=\${line#w }
        described+=("\${\${word%%$'\\t'*}//:/\\\\:}:\${word#*$'\\t'}")
        ;;
      f) _files ;;
      d) _files -/ ;;
      x) _files -g '*.(#i)vmx' ;;
    esac
  done
  (( $#described == 0 )) || _describe word described
}

if [[ \${funcstack[1]} == _revix ]]; then
  _revix_complete
else
  compdef _revix_complete revix vmrun
fi
`;
}
