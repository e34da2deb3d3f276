#!/usr/bin/env bash
# Generates the Python code of the contract; with --check, only says whether the committed code is fresh.
#
# It uses the oldest toolchain that is supported, in an environment of its own: code from a newer one refuses to
# load on an older runtime, and the generator wants an older protobuf than the program.
set -euo pipefail
cd "$(dirname "$0")"

readonly environment=../.venv-proto
readonly requirements=("grpcio-tools==1.74.0" "grpcio==1.74.0" "protobuf==6.31.1" "setuptools==80.9.0")

prepare() {
    local installed="$environment/installed"
    if [[ "$(cat "$installed" 2>/dev/null)" != "${requirements[*]}" ]]; then
        "${PYTHON:-python3}" -m venv --clear "$environment"
        "$environment/bin/pip" install --disable-pip-version-check "${requirements[@]}"
        echo "${requirements[*]}" > "$installed"
    fi
}

generate() {
    local protoc=("$environment/bin/python" -m grpc_tools.protoc --proto_path=.)
    "${protoc[@]}" --python_out="$1" --pyi_out="$1" cuegraph/v1/*.proto
    "${protoc[@]}" --grpc_python_out="$1" cuegraph/v1/*_service.proto
}

check() {
    scratch="$(mktemp -d)"
    trap 'rm -rf "$scratch"' EXIT
    generate "$scratch"
    if ! diff --recursive --brief --exclude='*.proto' --exclude='__init__.py' --exclude='__pycache__' \
        cuegraph/v1 "$scratch/cuegraph/v1"; then
        echo "proto: the generated code is stale; run proto/generate.sh and commit what it writes" >&2
        return 1
    fi
}

prepare
case "${1:-}" in
    "") rm -f cuegraph/v1/*_pb2* && generate . ;;
    --check) check ;;
    *) echo "usage: proto/generate.sh [--check]" >&2 && exit 2 ;;
esac
