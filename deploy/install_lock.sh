#!/bin/sh
# install_lock.sh LOCK PREFIX: installs exactly what the lock names, each file by its hash, below PREFIX. It may name nothing.
set -eu
mkdir -p "$2"
grep -q == "$1" || exit 0
pip --python /opt/cuegraph/bin/python install --no-deps --require-hashes --only-binary=:all: --prefix="$2" -r "$1"
cd "$2"/lib/python3*/site-packages
# Beside a CPU build of torch the libraries of torchaudio want CUDA and fail to load; without them it is pure Python.
if [ -d torch ] && ! grep -q "^cuda.* = '" torch/version.py; then rm -f torchaudio/lib/*.so; fi
