#!/bin/bash
# usage: zsh_test.sh FILE: an interactive zsh with the completion, asked about command lines by the tab key.
set -u
here=$(dirname "$0")
command -v zsh >/dev/null || { echo "zsh is not installed"; exit 77; }
. "$here/stubs.sh"
cp "$1" "$stubs/_cellblock"
failed=0

# answers LINE: what zsh offers with the cursor at the end of LINE, one to a line.
answers() {
  LINE=$1 FOLDER=$stubs zsh -f <<'ZSH'
zmodload zsh/zpty
zpty shell zsh -f -i
talk() { zpty -w shell "$1" }
talk "PROMPT= ; setopt zle; fpath=($FOLDER \$fpath); autoload -U compinit; compinit -u -d $FOLDER/dump"
# Offers are printed by the completion system's own hook, between marks.
talk "show() { print -r -- \$'\\n'BEGIN; print -rl -- \$offers; print -r -- END; }"
talk "compadd() { local -a found; builtin compadd -O found \"\$@\"; offers+=(\$found); builtin compadd \"\$@\"; }"
talk "ask() { offers=(); zle complete-word; show; zle kill-whole-line; }; zle -C complete-word complete-word _main_complete"
talk "zle -N ask; bindkey '^I' ask; print READY"
zpty -r shell before '*READY*READY*'
zpty -w -n shell "$LINE"$'\t'
zpty -r shell said '*END*'
print -r -- "$said" | tr -d '\r' | sed -n '/^BEGIN$/,/END/p' | sed '1d;$d' | sort -u
ZSH
}

# among LINE WORD...: each WORD is one of the answers; not_among: none is.
among() {
  local line=$1 said word
  shift
  said=$(answers "$line")
  for word; do
    grep -qxF -- "$word" <<<"$said" || { echo "\"$line\": no $word in [$(echo $said | head -c 300)]"; failed=1; }
  done
}
not_among() {
  answers "$1" | grep -qxF -- "$2" && { echo "\"$1\": $2 in the answers"; failed=1; }
}

zsh -n "$1" || exit 1
among 'jail -c allow.mount.' allow.mount.tmpfs allow.mount.nodevfs
among 'jail -c ' web mail persist path=
not_among 'jail -c ' parent=
among 'jail -c vnet=' new inherit disable
among 'jail -r ' web.inner db
among 'jls -j ' web db
among 'jls children.' children.cur
among 'jexec ' web db
among 'jexec -e A=b ' web db
among 'jexec -e PAT' PATH
among 'cellblock bsd kldl' kldload
among 'cellblock bsd service ' jail
among 'cellblock bsd service jail ' onestart
among 'cellblock bsd service jail start ' db
among 'cellblock ' add bsd doctor
among 'cellblock add --' --name --source --yes
among 'cellblock add -b ' yes no
among 'cellblock add -r ' busybox
among 'cellblock add -i ' lo
among 'cellblock --dump=' plan snapshot
exit $failed
