#!/usr/bin/env bash
# Holds what k8s/overlays render to against checkov's policies; k8s/checkov.yaml says which do not apply, and why.
# checkov wants other versions of libraries than Cuegraph: it gets an environment of its own, once.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly CHECKOV=3.3.30
readonly ENVIRONMENT=.cache/checkov-$CHECKOV
readonly RENDERED=.cache/k8s
export PIP_DISABLE_PIP_VERSION_CHECK=1

if [[ ! -f $ENVIRONMENT/.complete ]]; then
    printf '==> checkov\n'
    "${PYTHON:-python3}" -m venv --clear "$ENVIRONMENT"
    "$ENVIRONMENT/bin/pip" install -q "checkov==$CHECKOV"
    touch "$ENVIRONMENT/.complete"
fi

rm -rf "$RENDERED"
mkdir -p "$RENDERED"
for overlay in k8s/overlays/*; do
    .venv/bin/kubectl kustomize "$overlay" >"$RENDERED/$(basename "$overlay").yaml"
done
"$ENVIRONMENT/bin/checkov" --config-file k8s/checkov.yaml --directory "$RENDERED"
