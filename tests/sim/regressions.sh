#!/usr/bin/env bash
# Runs again what once failed. A file a bug, named after it: a line of kin-sim's flags, the rest is comment.
#   regressions.sh KIN-SIM FOLDER
set -euo pipefail
sim=$1
shopt -s nullglob
files=("$2"/*.sim)
((${#files[@]})) || { echo "there is no regression in $2" && exit 1; }
status=0
for file in "${files[@]}"; do
  read -r -a flags < <(grep -v '^#' "$file")
  "$sim" "${flags[@]}" || { echo "it failed again: $file" && status=1; }
done
exit "$status"
