# Completes lines in bash, by what was registered for their program, and prints what is offered: for each line of stdin
# the words, one per line, and then a dot. Argument: the completions as `revix completion bash` prints them.
. "$1"
while IFS= read -r line; do
  eval "COMP_WORDS=($line)"
  # A blank at the end begins a word.
  case $line in *' ') COMP_WORDS+=('') ;; esac
  COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_LINE=$line COMP_POINT=${#line} COMPREPLY=()
  read -r _ _ function _ <<<"$(complete -p "${COMP_WORDS[0]}")"
  "$function" "${COMP_WORDS[0]}" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
  [ ${#COMPREPLY[@]} -eq 0 ] || printf '%s\n' "${COMPREPLY[@]}"
  echo .
done
