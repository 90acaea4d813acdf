# Completes lines in fish, and prints what it offers: for each line of stdin the words, one per line, and then a dot.
# Argument: the completions as `revix completion fish` prints them.
source $argv[1]
while read -l line
    complete -C $line | string replace -r '\t.*' ''
    echo .
end
