#!/usr/bin/env bash
# Sets up .venv with everything Cuegraph runs on; `deploy/setup.sh dev` adds what checks and tests need.
# Each step leaves a stamp with the digest of what it was made from and is skipped while that stays the same.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly VENV=.venv
readonly PYTHON=${PYTHON:-python3}
readonly S3RVER=s3rver@3.7.1
readonly MERMAID=mermaid@12.3.0
readonly WEBVTT_PARSER=webvtt-parser@2.2.0
readonly PAGE_LIBRARIES=coordinator/lineage/page/vendor/versions.toml
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore DEBIAN_FRONTEND=noninteractive

say() { printf '==> %s\n' "$*"; }

fail() {
    printf 'set-up: %s\n' "$*" >&2
    exit 1
}

# step NAME FOLDER COMMAND INPUT...: runs the command unless FOLDER holds a stamp made from the same inputs.
step() {
    local name=$1 folder=$2 command=$3
    local stamp=$folder/.stamp-$name key
    shift 3
    key=$(cat "$@" deploy/setup.sh | sha256sum)
    if [[ -f $stamp && $(<"$stamp") == "$key" ]]; then return; fi
    say "$name"
    "$command"
    mkdir -p "$folder"
    printf '%s\n' "$key" >"$stamp"
}

# debian COMMAND=PACKAGE...: installs the packages whose command is not there.
debian() {
    local pair missing=()
    for pair in "$@"; do
        command -v "${pair%%=*}" >/dev/null || missing+=("${pair#*=}")
    done
    if ((${#missing[@]} == 0)); then return; fi
    install_packages "${missing[@]}"
}

install_packages() {
    local as_root=()
    command -v apt-get >/dev/null || fail "please install these yourself, there is no apt-get here: $*"
    ((EUID == 0)) || as_root=(sudo)
    say "Debian packages: $*"
    "${as_root[@]}" apt-get update -q
    "${as_root[@]}" apt-get install -q -y --no-install-recommends "$@"
}

check_python() {
    debian "$PYTHON=python3"
    "$PYTHON" -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' ||
        fail "$PYTHON is older than 3.11; name a newer one: make setup PYTHON=python3.11"
    "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null || install_packages python3-venv
}

# torchcodec loads Python's own shared library, which Debian's python3 does without.
check_shared_python() {
    local version
    version=$("$PYTHON" -c 'import sys; print("{}.{}".format(*sys.version_info))')
    "$PYTHON" -c 'import ctypes, sys; ctypes.CDLL(sys.argv[1])' "libpython$version.so.1.0" 2>/dev/null ||
        install_packages "libpython$version"
}

make_environment() {
    check_python
    check_shared_python
    "$PYTHON" -m venv --clear "$VENV"
}

install_libraries() {
    "$VENV/bin/pip" install --no-deps -r deploy/locks/cpu.txt
    if is_cpu_build; then
        # torchaudio has no CPU build: its libraries want CUDA and fail to load. Without them it is pure Python and
        # does all that is asked of it here.
        rm -f "$VENV"/lib/python3*/site-packages/torchaudio/lib/*.so
    else
        # A CUDA build of torch needs libraries that the lock does not name, for most machines have no use for them.
        "$VENV/bin/pip" install -c deploy/locks/cpu.txt "$(grep '^torch==' deploy/locks/cpu.txt)"
    fi
}

is_cpu_build() {
    [[ -z $(sed -n "s/^cuda.* = '\(.*\)'/\1/p" "$VENV"/lib/python3*/site-packages/torch/version.py) ]]
}

# The program that playwright drives a browser with is linked to it, and its package does not say so.
install_libatomic() {
    ldconfig -p | grep -q 'libatomic\.so\.1' || install_packages libatomic1
}

install_command() { "$VENV/bin/pip" install --no-deps --no-build-isolation -q -e .; }

# The program without the data of the pairs translates nothing.
install_apertium() {
    local modes=/usr/share/apertium/modes
    if command -v apertium >/dev/null && [[ -f $modes/eng-spa.mode && -f $modes/urd-hin.mode ]]; then return; fi
    install_packages apertium apertium-eng-spa apertium-urd-hin
}

install_developer_tools() { "$VENV/bin/pip" install --no-deps -r deploy/locks/dev.txt; }

install_s3rver() {
    debian node=nodejs npm=npm
    npm install --prefix .cache/s3rver --no-audit --no-fund "$S3RVER"
}

install_webvtt_parser() {
    debian node=nodejs npm=npm
    npm install --prefix .cache/webvtt-parser --no-audit --no-fund "$WEBVTT_PARSER"
}

# Only what a browser loads: the package's dependencies, built into it, are 200 MB.
install_mermaid() {
    local packed
    debian node=nodejs npm=npm
    mkdir -p .cache/mermaid
    packed=$(npm pack --silent --pack-destination .cache/mermaid "$MERMAID")
    tar -xzf ".cache/mermaid/$packed" -C .cache/mermaid --strip-components=2 package/dist/mermaid.min.js
    rm ".cache/mermaid/$packed"
}

# The page of a lineage brings its libraries along; a test compares those with npm's own.
install_page_libraries() {
    local pins
    debian node=nodejs npm=npm
    mapfile -t pins < <(sed -n 's/^package = "\(.*\)"/\1/p; s/^version = "\(.*\)"/@\1/p' "$PAGE_LIBRARIES" | paste -d '' - -)
    npm install --prefix .cache/page-libraries --ignore-scripts --no-audit --no-fund "${pins[@]}"
}

debian ffmpeg=ffmpeg
install_apertium
[[ -x $VENV/bin/python ]] || make_environment
step libraries "$VENV" install_libraries deploy/locks/cpu.txt
step command "$VENV" install_command pyproject.toml
if [[ ${1:-} == dev ]]; then
    debian festival=festival promtool=prometheus chromium=chromium dot=graphviz
    install_libatomic
    [[ -d /usr/share/festival/voices/us/cmu_us_slt_arctic_hts ]] || install_packages festvox-us-slt-hts
    step developer-tools "$VENV" install_developer_tools deploy/locks/dev.txt
    step s3rver .cache/s3rver install_s3rver
    step webvtt-parser .cache/webvtt-parser install_webvtt_parser
    step mermaid .cache/mermaid install_mermaid
    step page-libraries .cache/page-libraries install_page_libraries "$PAGE_LIBRARIES"
fi
