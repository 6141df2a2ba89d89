#!/usr/bin/env bash
# The same seed gives the same run, however many run beside it.
#   same_hash.sh KIN-SIM [FLAGS...]
set -euo pipefail
sim=$1
shift
flags=("$@")

hashes() { "$sim" --seeds 1..200 --ops 300 --hashes --check-every 0 "${flags[@]}" "$@" | grep -E '^[0-9]+ [0-9]+$' | sort -n; }

one=$(hashes --jobs 1)
many=$(hashes --jobs 4)
[[ $(wc -l <<<"$one") == 200 ]] || { echo "200 hashes were expected, these came:" && echo "$one" && exit 1; }
[[ $(cut -d' ' -f2 <<<"$one" | sort -u | wc -l) == 200 ]] || { echo "two seeds have one hash: $one" && exit 1; }
diff <(echo "$one") <(echo "$many") || { echo "the same seeds ran differently" && exit 1; }
