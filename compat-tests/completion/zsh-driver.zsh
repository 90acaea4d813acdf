# Completes lines in a real zsh on a terminal of its own, and prints what it offers: for each line of stdin the words,
# one per line, and then a dot. Argument: the completions as `revix completion zsh` prints them.
zmodload zsh/zpty
found=$PWD/found
: >$found
cat >setup.zsh <<'SETUP'
PROMPT= RPROMPT=
autoload -U compinit && compinit -u -D
offer() {
  zle complete-word
  print . >>$found
}
zle -N offer
bindkey '^I' offer
zstyle ':completion:*' insert-tab false
setopt no_auto_remove_slash no_list_beep no_menu_complete
compadd() {
  # Asked for an array in place of an offer: for zsh itself.
  if [[ " ${@[1,(i)(-|--)]} " != *' -'[OAD]' '* ]]; then
    local -a offered
    builtin compadd -A offered "$@"
    (( $#offered )) && print -rl -- "${(@)offered}" >>$found
  fi
  builtin compadd "$@"
}
SETUP
zpty shell zsh -f -i
zpty -w shell "found=${(q)found}; source ./setup.zsh; source ${(q)1}; print . >>\$found"

# Waits for so many ends of offers in the file.
wait_for() {
  local drained
  until (( $(grep -c '^[.]$' $found) >= $1 )); do
    zpty -r -t shell drained
    sleep 0.02
  done
}

wait_for 1
ends=1
while IFS= read -r line; do
  zpty -w -n shell "$line"$'\t'
  (( ends += 1 ))
  wait_for $ends
  # Away with the line.
  zpty -w -n shell $'\x15'
done
zpty -d shell
tail -n +2 $found
