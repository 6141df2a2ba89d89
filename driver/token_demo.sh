#!/usr/bin/env bash
# The whole life of tokens on five real nodes: create, write, read, drop, and the seed's fail-silent case.
#   token_demo.sh BIN [DIR=logs/tokens]
# ./dev demo tokens builds the programs and runs this.
set -euo pipefail

bin=$1 dir=${2:-logs/tokens}
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
export KIN_CONFIG=$dir/cluster.yml
trap '"$bin/kin-driver" --dir "$dir" down >/dev/null 2>&1 || true' EXIT

say() { printf '\n==> %s\n' "$*"; }
fail() {
  printf 'token demo: %s\n' "$*" >&2
  exit 1
}
# show EXIT_CODE WORDS...: types a command of kin, which must end as told.
show() {
  local wanted=$1 code=0
  shift
  printf '$ kin %s\n' "$*"
  "$bin/kin" "$@" 2>&1 || code=$?
  ((code == wanted)) || fail "that ended with $code instead of $wanted"
}

say "five nodes, as config/seed-tokens-cluster.yml describes them, on free ports"
"$bin/kin-driver" --dir "$dir" up --like "$root/config/seed-tokens-cluster.yml"
grep -A1 silent "$dir/cluster.yml"
show 0 token list

say "create: n1, the writer of token 1020, makes it live at all its holders. From now on ten seconds count"
show 0 token create --id 1020
show 5 token create --id 1020
show 0 token create --id 1021

say "write: the two values are computed from the name and the domain, in a worker beside the loop"
show 0 token write --id 1020 --name hello --low 0 --mid 500000 --high 1000000
show 2 token write --id 1020 --name hello --low 10 --mid 5 --high 20

say "read: any reader; what one has shown, all show afterwards"
for node in n2 n3 n5; do show 0 --node "$node" token read --id 1020; done
show 3 token read --id 999

say "fail-silent: n1 never answers about token 1020 again, ten seconds after it was created"
for ((try = 1; try <= 60; ++try)); do
  "$bin/kin" --quiet --timeout 500ms token write --id 1020 --name "try-$try" --low 0 --mid 5 --high 10 \
    >/dev/null 2>&1 || break
  read -r -t 0.5 <> <(:) || true
done
((try <= 60)) || fail "n1 did not fall silent"
show 7 --timeout 1s token write --id 1020 --name again --low 0 --mid 5 --high 10
say "it serves its other token, and the other holders serve this one"
show 0 --node n1 token read --id 1021
show 0 token read --id 1020

say "a restart does not change that"
"$bin/kin-driver" --dir "$dir" restart n1
show 7 --timeout 1s --node n1 token read --id 1020

say "drop: token 1021 is gone, and may be created again"
show 0 token write --id 1021 --name goodbye --low 7 --mid 7 --high 1000
show 0 token drop --id 1021
show 3 token read --id 1021
show 0 token create --id 1021
show 0 token read --id 1021

say "the log of n1: create, write, and the moment at which it fell silent"
grep -E 'token_create|token_write|silent' "$dir/logs/n1.log" | awk 'NR <= 4 || /silent/' | cut -c1-160
say "all was as it should be"
