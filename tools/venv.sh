#!/usr/bin/env bash
# venv.sh PYTHON FOLDER: make the environment, or say what is missing.
set -euo pipefail
. "$(dirname "$0")/say.sh"
python=$1 folder=$2

command -v "$python" >/dev/null ||
  stop "Python 3.11 or newer is needed and '$python' was not found. Install it, or name yours: make PYTHON=/path/to/python3.11 setup"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  stop "Python 3.11 or newer is needed and '$python' is $("$python" -V). Name another: make PYTHON=/path/to/python3.11 setup"
"$python" -c 'import ensurepip' 2>/dev/null ||
  stop "This Python cannot make an environment: on Debian, install python3-venv and run this again."
# An environment that was moved, or made by another Python, still answers here; a broken one is made anew.
if ! "$folder/bin/python" -c 'import pip' 2>/dev/null; then
  "$python" -m venv --clear "$folder"
fi
