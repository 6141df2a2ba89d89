#!/usr/bin/env bash
# A first measurement: kin beside the bare libraries, interleaved, medians of ROUNDS rounds, printed as ratios.
#   run.sh BIN [ROUNDS=3] [SECONDS=2]
# Ratios are worth more than figures: both sides of each were measured in the same minutes on the same cores.
set -euo pipefail

bin=$1 rounds=${2:-3} seconds=${3:-2}
work=$(mktemp -d)
trap '"$bin/kin-driver" --dir "$work/run" down >/dev/null 2>&1 || true; rm -rf -- "$work"' EXIT

# up NODES DURABILITY [FLAGS...]: a fresh cluster in $work/run
up() {
  "$bin/kin-driver" --dir "$work/run" down >/dev/null 2>&1 || true
  rm -rf -- "$work/run"
  "$bin/kin-driver" up -n "$1" --dir "$work/run" --durability "$2" "${@:3}" >/dev/null
}
# five_with_tokens: five nodes and 2000 tokens that all five hold, n1 being the writer and a reader of each
five_with_tokens() {
  printf 'nodes:\n' >"$work/like.yml"
  local i
  for i in 1 2 3 4 5; do printf '  - {id: n%d, host: 127.0.0.1, port: %d}\n' "$i" "$i"; done >>"$work/like.yml"
  printf 'tokens_file: like-tokens.yml\n' >>"$work/like.yml"
  for ((i = 0; i < 2000; ++i)); do
    printf -- '- token: "b%d"\n  writer: 127.0.0.1:1\n  readers: [127.0.0.1:1, 127.0.0.1:2, 127.0.0.1:3, 127.0.0.1:4, 127.0.0.1:5]\n' "$i"
  done >"$work/like-tokens.yml"
  up 5 fsync --like "$work/like.yml"
}
# Microseconds at which half, and 99 of 100, of one client's reads were answered
latency() { "$bin/kin-load" "$work/run/cluster.yml" n1 get 1 "$seconds" | sed -E 's/.*p50 +([0-9.]+) us p99 +([0-9.]+) us.*/p50 \1 us, p99 \2 us/'; }
hashes() { sed -nE "s#^$1 +[|] +([0-9.]+) Mhash/s.*#\\1#p" | awk '{printf "%d\n", $1 * 1000000}'; }
load() { "$bin/kin-load" "$work/run/cluster.yml" n1 "$@" | sed -E 's/.*\| +([0-9]+) op.*/\1/'; }
rate() { sed -E 's/.*\| +([0-9]+) (req|write|put)\/s.*/\1/'; }
median() { sort -n | awk '{v[NR]=$1} END {print v[int((NR + 1) / 2)]}'; }

row() { # row NAME KIN-SAMPLES ANCHOR-NAME ANCHOR-SAMPLES
  local kin anchor spread
  kin=$(tr ' ' '\n' <<<"$2" | grep . | median)
  anchor=$(tr ' ' '\n' <<<"$4" | grep . | median)
  spread=$(tr ' ' '\n' <<<"$2" | grep . | sort -n | awk 'NR == 1 {low = $1} {high = $1} END {print high / low}')
  awk -v n="$1" -v k="$kin" -v m="$3" -v a="$anchor" -v s="$spread" 'BEGIN {
    printf "%-36s %9d/s   %-38s %9d/s   ratio %.2f%s\n", n, k, m, a, k / a, (s > 1.5 ? "   (noisy: rounds differ by " sprintf("%.1f", s) "x)" : "")}'
}

printf 'load average before: %s\n' "$(cut -d' ' -f1-3 /proc/loadavg)"
get="" echo_="" put="" sync_="" three="" fanout="" written="" quorum_read="" token_read="" scan="" bare=""
for ((round = 1; round <= rounds; ++round)); do
  printf 'round %d of %d\n' "$round" "$rounds" >&2
  echo_+=" $("$bin/zmq_echo" 256 1 "$seconds" 1 codec | rate)"
  sync_+=" $("$bin/leveldb_limits" "$work" "$seconds" | grep 'sync 1 batch  256' | rate)"
  fanout+=" $("$bin/zmq_fanout" 5 3 256 "$seconds" 1 "$work" 1 | rate)"
  up 1 fsync
  put+=" $(load put 256 "$seconds")"
  get+=" $(load get 256 "$seconds")"
  up 5 fsync
  three+=" $(load put 256 "$seconds" 3)"
  five_with_tokens
  written+=" $(load token-write 256 "$seconds")"
  token_read+=" $(load token-read 256 "$seconds")"
  load put 256 1 3 10000 >/dev/null
  quorum_read+=" $(load get 256 "$seconds" 3 10000)"
  scan+=" $("$bin/kin-scan" | hashes 'token scan, 1 at once')"
  bare+=" $("$bin/sha_limit" | hashes 'SHA256_Transform on a block counted in place')"
done
row "get, 1 node, 256 in flight" "$get" "ZeroMQ echo decoded, 256 in flight" "$echo_"
row "put, 1 node, durable, 256 in flight" "$put" "LevelDB synced batch of 256" "$sync_"
row "put, 5 nodes, W=3, durable" "$three" "bare fan-out, 5 nodes, LevelDB sync" "$fanout"
row "token write, 5 holders, durable" "$written" "put, 5 nodes, W=3, durable" "$three"
row "token read, 5 holders" "$token_read" "get, 5 nodes, R=3" "$quorum_read"
row "token scan, hashes of one core" "$scan" "SHA256_Transform, bare" "$bare"
printf '%s\n' "$("$bin/kin-scan" 2)"
printf 'one client reads at n1, one request at a time: %s\n' "$(latency)"
"$bin/kin" --config "$work/run/cluster.yml" --timeout 10m token write --id b0 --name bench --low 0 --mid 1 \
  --high 4000000000 >/dev/null 2>&1 &
scanning=$!
printf 'the same while n1 scans for a token:           %s\n' "$(latency)"
kill "$scanning" 2>/dev/null || true
printf 'load average after: %s\n' "$(cut -d' ' -f1-3 /proc/loadavg)"
