#!/usr/bin/env bash
# twilio.sh FOLDER: Twilio's own OpenAPI description, out of the package that carries it. Nothing of that package runs, and
# nothing it depends on is fetched.
set -euo pipefail
. "$(dirname "$0")/say.sh"
folder=$1

package=@twilio/cli-core@9.0.0
digest=sha512-FPHm5gXAUwM2oATmQi3AGYPFz4Urg5G5/vDkpUu5WqNuwueQaS93HwXjdX1OM+miuq0LMimdfbXDTLEp4Nsjfg==
held=package/src/services/twilio-api/twilio_api_v2010.json

echo "Fetching Twilio's description of its API"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm pack "$package" --json --ignore-scripts --pack-destination "$work" --loglevel=error >"$work/said" 2>"$work/log" || {
  tail -n 15 "$work/log" >&2
  stop "npm could not fetch $package. Check that npm reaches its registry and run this again."
}
grep -qF "\"$digest\"" "$work/said" ||
  stop "What came as $package is not what this project was tested with: its digest is another."
tar -xzf "$work"/*.tgz -C "$work" package/LICENSE "$held"
mkdir -p "$folder"
cp "$work/package/LICENSE" "$folder/LICENSE"
cp "$work/$held" "$folder/api.json"
