#!/usr/bin/env bash
# `deploy/compose.sh up` starts deploy/compose.yaml, `down` ends it and keeps the films, `down -v` forgets them too.
# COMPOSE names the program; else docker's where its daemon answers, else podman-compose.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly KEYS=.cache/compose.env DIGESTS=.cache/images.env

fail() {
    printf 'compose: %s\n' "$*" >&2
    exit 1
}

compose() {
    if [[ -n ${COMPOSE:-} ]]; then
        "$COMPOSE" "$@"
    elif docker info >/dev/null 2>&1; then
        docker compose "$@"
    elif command -v podman-compose >/dev/null; then
        podman-compose "$@"
    else
        fail "there is neither a docker that answers nor podman-compose"
    fi
}

# The keys of this machine's own store, invented once.
invent_keys() {
    [[ ! -f $KEYS ]] || return 0
    mkdir -p "$(dirname "$KEYS")"
    (
        umask 077
        printf 'AWS_ACCESS_KEY_ID=%s\nAWS_SECRET_ACCESS_KEY=%s\n' "$(random 10)" "$(random 20)" >"$KEYS"
    )
}

random() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }

[[ -f $DIGESTS ]] || fail "no images have been built on this machine; run make images"
invent_keys
set -a
# shellcheck source=/dev/null
source "$DIGESTS"
set +a
case ${1:-} in
    up) compose -p cuegraph -f deploy/compose.yaml up -d ;;
    down) compose -p cuegraph -f deploy/compose.yaml "$@" ;;
    *) fail "say up or down" ;;
esac
