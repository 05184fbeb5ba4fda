#!/bin/sh
# Writes requirements/*.lock from pyproject.toml: one file for every Python from 3.11 on, Linux and macOS, Intel and
# ARM, every archive by its SHA-256, no address of any registry. Pins that still fit are kept; `tools/lock.sh --upgrade`
# takes the newest of everything.
set -eu
cd "$(dirname "$0")/.."

if ! command -v uv >/dev/null 2>&1; then
    echo "tools/lock.sh: 'uv' is not on PATH; it resolves for all platforms at once, which pip cannot." >&2
    echo "  Get it with 'pipx install uv' (or 'pip install uv' in an environment of its own), then run 'make lock' again." >&2
    exit 1
fi

# Settings of this machine (mirrors, constraints, directories of wheels) must not decide what everybody else installs.
# uv reads none of pip's own; its own are left out here.
for name in $(env | sed -n 's/^\(UV_[A-Z_]*\)=.*/\1/p'); do
    case $name in UV_CACHE_DIR) ;; *) unset "$name" ;; esac
done

resolve() {  # resolve OUTPUT [option…]
    output=$1
    shift
    # --no-build: a package without a wheel for its platform would have to be compiled at a user's; better to fail here.
    uv pip compile --no-config --quiet --universal --python-version 3.11 --no-build --generate-hashes \
        --no-emit-index-url --no-header "$@" pyproject.toml --output-file "$output"
}

resolve requirements/dev.lock --extra dev "$@"
resolve requirements/runtime.lock --constraint requirements/dev.lock "$@"

if grep -n -e '://' -e '^--' requirements/*.lock; then
    echo "tools/lock.sh: the lines above name a place to download from; a lock holds names and hashes only." >&2
    exit 1
fi
