#!/usr/bin/env bash
# kin-driver run --sim: says that it is simulated and with which seed; one seed gives one output, real time apart.
set -euo pipefail
driver=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

complain() {
  echo "$1" >&2
  exit 1
}

play() {  # NAME SEED
  "$driver" run seed-b-conflict --sim --seed "$2" | sed -E 's/simulated in [0-9.]+ s/simulated/' >"$folder/$1.txt"
  "$driver" run kill-under-load --sim --seed "$2" --history "$folder/$1.jsonl" |
    sed -E 's/simulated in [0-9.]+ s/simulated/' >>"$folder/$1.txt"
  "$driver" check causal "$folder/$1.jsonl" >"$folder/check.txt" || complain "the history of seed $2 is not clean"
}
play first 7
play second 7
play other 8
grep -q 'simulated nodes in virtual time; seed 7' "$folder/first.txt" || complain 'the seed is not told'
grep -qE 'VERDICT seed-b-conflict: held \(15 steps, seed 7, [0-9.]+ s simulated' "$folder/first.txt" ||
  complain 'no verdict with its time'
cmp "$folder/first.txt" "$folder/second.txt" || complain 'the same seed printed something else'
cmp "$folder/first.jsonl" "$folder/second.jsonl" || complain 'the same seed made another history'
! cmp -s "$folder/first.jsonl" "$folder/other.jsonl" || complain 'another seed made the same history'
"$driver" run seed-b-conflict --sim -o json >"$folder/drawn.json"
grep -qE '"verdict":"held".*"seed":[0-9]+,"simulated_seconds":' "$folder/drawn.json" || complain 'no drawn seed'

refuses() {
  local code=0
  "$driver" run seed-b-conflict "$@" >"$folder/refused.txt" 2>&1 || code=$?
  [ "$code" -eq 2 ] || complain "run $* ended with $code, not with 2"
}
refuses --sim --keep
refuses --seed 7
refuses --sim --seed seven
refuses kill-under-load --sim --history "$folder/two.jsonl"

printf 'nodes: 3\nsteps:\n  - client: add_update k v\n    at: n1\n    expect: {value: w}\n' >"$folder/wrong.yml"
code=0
"$driver" run "$folder/wrong.yml" --sim --seed 1 >"$folder/wrong.txt" || code=$?
[ "$code" -eq 11 ] || complain "a scenario that did not hold ended with $code, not with 11"
