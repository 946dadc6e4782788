#!/bin/sh
# Resolves the requirements into lock files with hashes, for every platform and Python from 3.11 on.
set -eu
cd "$(dirname "$0")/.."
compile() { uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --quiet --custom-compile-command 'make lock' "$@"; }
echo uv | compile - -o requirements/installer.txt
printf 'setuptools\nwheel\n' | compile - -o requirements/build.txt
compile pyproject.toml --overrides requirements/overrides.txt -o requirements/runtime.txt
compile pyproject.toml --group dev --overrides requirements/overrides.txt -c requirements/runtime.txt -o requirements/dev.txt
