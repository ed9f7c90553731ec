#!/usr/bin/env bash
# passwords.sh: fetch the list of common passwords that staff cannot choose, checked by its digest.
set -euo pipefail
. "$(dirname "$0")/say.sh"

package=@zxcvbn-ts/language-common@4.1.3
wanted=f422773d94d630f27e08b26d7017e847bb1feb2a84809340e9c0b0c47b33e3f1
folder=$(cd "$(dirname "$0")/.." && pwd)/inthread/passwords

command -v npm >/dev/null || stop "npm was not found: install Node 20.19 or newer and run this again."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && npm pack --silent "$package" >name 2>log) || {
  tail -n 5 "$work/log" >&2
  stop "npm could not fetch $package. Check that it reaches its registry and run this again."
}
tar -xzf "$work/$(cat "$work/name")" -C "$work"
came=$(sha256sum "$work/package/src/passwords.json" | cut -d' ' -f1)
[ "$came" = "$wanted" ] || stop "What came as $package is not what Inthread was made with."
python3 - "$work/package/src/passwords.json" "$folder/common.txt.gz" <<'PY'
import gzip, json, sys
words = json.load(open(sys.argv[1], encoding="utf-8"))
with open(sys.argv[2], "wb") as out:
    out.write(gzip.compress("\n".join(words).encode(), 9, mtime=0))
PY
cp "$work/package/LICENSE.txt" "$folder/LICENSE"
