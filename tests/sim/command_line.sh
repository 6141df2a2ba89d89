#!/usr/bin/env bash
# What kin-sim says to a wrong command line, and that its history can be judged.
#   command_line.sh KIN-SIM
set -euo pipefail
sim=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# expect CODE PATTERN ARGS...
expect() {
  local code=$1 pattern=$2 got=0
  shift 2
  "$sim" "$@" >"$folder/out" 2>&1 || got=$?
  [[ $got == "$code" ]] || { echo "$*: exit code $got, not $code" && cat "$folder/out" && exit 1; }
  grep -qE -- "$pattern" "$folder/out" || { echo "$*: nothing like $pattern in" && cat "$folder/out" && exit 1; }
}

expect 0 'usage|Usage' --help
expect 2 'neither a seed nor a range' --seeds 9..3
expect 2 'neither a seed nor a range' --seed seven
expect 2 'there is no fault erthquake; there are kill' --only erthquake
expect 2 'there is no setting raeds; there are gossip-ms' --set raeds=20
expect 2 'reads=much sets no number' --set reads=much
expect 2 'reads sets no number' --set lineage=4,reads
expect 0 '7% reads, .*, 8 versions a lineage' --seed 3 --ops 50 --only none --set reads=7,lineage=8
expect 2 'there is no tier paxos; there are causal, atomic' --tier paxos
expect 0 '3 histories judged' --tier atomic --seeds 1..3 --ops 50 --only none
expect 2 'are for one seed' --seeds 1..2 --trace
expect 2 'say two things' --seeds 1..2 --seed 1
expect 0 'held, trace hash [0-9]+' --seed 3 --ops 50 --only none
expect 0 'n[1-5]\.1 gets push from' --seed 3 --ops 50 --only none --trace
expect 0 'faults: 0' --seeds 1..3 --ops 50 --only none
expect 0 'kill [0-9]+' --seeds 1..3 --ops 500 --only kill
expect 0 'all held' --seeds 1..3 --ops 500 --only kill --each-fault 1
expect 1 'too rare a fault: kill came [0-9]+ times, 1000000 were wanted' --seeds 1..3 --ops 500 --only kill --each-fault 1000000
expect 0 'held' --seed 3 --ops 200 --only none --history "$folder/history"
[[ $(grep -c '"op":"final"' "$folder/history") -gt 0 ]] || { echo "a history without final reads" && exit 1; }
[[ $(grep -cE '"op":"(put|get|delete)"' "$folder/history") == 200 ]] || { echo "200 operations were expected" && exit 1; }
