# Sourced. Ends the run with one plain sentence.
stop() {
  printf '\n%s\n' "$*" >&2
  exit 1
}
