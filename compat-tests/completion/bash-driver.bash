# Completes lines in bash, by what was registered for their program, and prints what is offered: for each line of stdin
# the words, one per line, and then a dot. Argument: the completions as `revix completion bash` prints them.
. "$1"

# Splits a line as bash does for completions: at blanks, and around colons and equals signs, with quotes as they stand.
split() {
  local text=$1 word= quote= char= at
  COMP_WORDS=()
  for ((at = 0; at < ${#text}; at += 1)); do
    char=${text:at:1}
    if [ -n "$quote" ]; then
      word+=$char
      [ "$char" != "$quote" ] || quote=
      continue
    fi
    case $char in
      ' ' | [:=])
        [ -z "$word" ] || COMP_WORDS+=("$word")
        [ "$char" = ' ' ] || COMP_WORDS+=("$char")
        word=
        ;;
      *)
        case $char in [\'\"]) quote=$char ;; esac
        word+=$char
        ;;
    esac
  done
  # A blank at the end begins a word.
  case $char in [:=]) ;; *) COMP_WORDS+=("$word") ;; esac
}

while IFS= read -r line; do
  split "$line"
  COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_LINE=$line COMP_POINT=${#line} COMPREPLY=()
  read -r _ _ function _ <<<"$(complete -p "${COMP_WORDS[0]}")"
  "$function" "${COMP_WORDS[0]}" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
  [ ${#COMPREPLY[@]} -eq 0 ] || printf '%s\n' "${COMPREPLY[@]}"
  echo .
done
