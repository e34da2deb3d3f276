#!/usr/bin/env bash
# Makes a short film, subtitles it in three languages with real models, verifies its lineage and says where everything lies.
# A second run finds the film and every stage's result where the first one left them.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly DEMO=.cache/demo
readonly FILM=$DEMO/film.mkv STORE=$DEMO/store RESULT=$DEMO/run.json PICTURE=$DEMO/lineage.html

cuegraph() { .venv/bin/cuegraph "$@"; }

field() { .venv/bin/python -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$RESULT" "$1"; }

deliverables() {
    .venv/bin/python -c '
import json, sys

for file in json.load(open(sys.argv[1]))["deliverables"]:
    print("  {:<18} {}".format(file["role"], file["path"]))' "$RESULT"
}

mkdir -p "$DEMO"
if [[ ! -f $FILM ]]; then
    .venv/bin/python -m tests.film "$DEMO/unfinished.mkv"
    mv "$DEMO/unfinished.mkv" "$FILM"
fi

cuegraph run "$FILM" --workflow subtitle --source en --target pt --target es --store "$STORE" --out "$DEMO/out" --json >"$RESULT"
job=$(field job)
cuegraph lineage show "$job" --store "$STORE" --html "$PICTURE" >"$DEMO/lineage.txt"

printf '\nThe film that went in: %s\nWhat came out:\n' "$FILM"
deliverables
printf 'Manifests and logs of every stage: %s\n' "$(field out)"
printf 'The lineage as a picture: %s\n\n' "$PICTURE"
cuegraph lineage verify "$job" --store "$STORE"
audit=$(cuegraph audit "$job" --store "$STORE")
printf 'audit of %s\n' "${audit%%$'\n'*}"
