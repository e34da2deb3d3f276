#!/usr/bin/env bash
# Builds the images: `deploy/images.sh` all of them, `deploy/images.sh asr vad` only these.
#
# BUILDER      docker or buildah; else docker if its daemon answers, else buildah
# BUILD_FLAGS  more flags for it, e.g. --volume, or --build-arg BASE=... for another base
# REGISTRY     what names begin with (localhost), TAG how they end (dev)
# LOCKS        folder of the locks (deploy/locks)
#
# Digests are written to .cache/images.env, from where `make up` tells them to the containers.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly REGISTRY=${REGISTRY:-localhost} TAG=${TAG:-dev} LOCKS=${LOCKS:-deploy/locks}
readonly DIGESTS=.cache/images.env
readonly -a ALL=(
    seaweedfs temporal coordinator demux metadata glossary lyrics hallucination subtitles mux translation
    separation vad diarization asr alignment
)

fail() {
    printf 'images: %s\n' "$*" >&2
    exit 1
}

builder() {
    if [[ -n ${BUILDER:-} ]]; then
        printf '%s' "$BUILDER"
    elif docker info >/dev/null 2>&1; then
        printf docker
    elif command -v buildah >/dev/null; then
        printf buildah
    else
        fail "there is neither a docker that answers nor buildah"
    fi
}

# What the code is: the commit, and a mark where the tree has more than it.
commit() {
    local changes
    changes=$(git status --porcelain --untracked-files=no -- pyproject.toml proto services coordinator deploy)
    printf '%s%s' "$(git rev-parse HEAD)" "${changes:+-dirty}"
}

version() { sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml; }

# build IMAGE: without a daemon where there is none.
build() {
    local image=$1 name=$REGISTRY/cuegraph/$1:$TAG
    local -a flags=(-f deploy/Dockerfile -t "$name" --build-arg "LOCKS=$LOCKS" --build-arg "VERSION=$(version)")
    flags+=(--build-arg "COMMIT=$(commit)")
    case $image in
        seaweedfs | temporal) flags+=(--target "$image") ;;
        *) flags+=(--build-arg "STAGE=$image") ;;
    esac
    # shellcheck disable=SC2206  flags are words
    flags+=(${BUILD_FLAGS:-})
    case $(builder) in
        docker) docker build "${flags[@]}" . ;;
        buildah) buildah bud --isolation=chroot --layers "${flags[@]}" . ;;
        *) fail "BUILDER is $(builder); it must be docker or buildah" ;;
    esac
    note_digest "$image" "$name"
}

# note_digest IMAGE NAME: what the machine's own storage calls the image; a registry names it anew when it is pushed.
note_digest() {
    local variable=CUEGRAPH_DIGEST_${1^^} digest
    case $(builder) in
        docker) digest=$(docker image inspect --format '{{.Id}}' "$2") ;;
        buildah) digest=$(buildah inspect --type image --format '{{.FromImageDigest}}' "$2") ;;
    esac
    mkdir -p "$(dirname "$DIGESTS")"
    touch "$DIGESTS"
    sed -i "/^$variable=/d" "$DIGESTS"
    printf '%s=%s\n' "$variable" "$digest" >>"$DIGESTS"
}

(($#)) || set -- "${ALL[@]}"
for image in "$@"; do
    printf '==> %s\n' "$image"
    build "$image"
done
