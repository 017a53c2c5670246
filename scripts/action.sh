#!/usr/bin/env bash
# The work of action.yml, a step a word: install, model, pull, run. What a user gave comes in SAM_INPUT_... and is never part of a program:
# every value is one argument, whatever stands in it.
set -euo pipefail

fail() {
  # to the log of the workflow, and as this step's error
  printf '::error title=sam::%s\n' "$1"
  exit 2
}

output() {
  case "$2" in *$'\n'*) fail "A value for the output $1 has a line break." ;; esac
  printf '%s=%s\n' "$1" "$2" >>"${GITHUB_OUTPUT:-/dev/null}"
}

sam() {
  node "${SAM_BIN:?the step install says where sam is}" "$@"
}

# Finds sam, or makes it: the version that was asked for from npm, else the one that this action came with.
install() {
  local version="${SAM_INPUT_VERSION:-}"
  if [ -n "$version" ]; then
    [[ "$version" =~ ^[0-9A-Za-z][0-9A-Za-z.+-]*$ ]] || fail "The version is no version or tag of npm."
    local prefix="${RUNNER_TEMP:?}/sam-masks"
    npm install --prefix "$prefix" --ignore-scripts --no-audit --no-fund -- "sam-masks@$version"
    output bin "$prefix/node_modules/sam-masks/bin/run.js"
    return
  fi
  if [ ! -d "$GITHUB_ACTION_PATH/dist/commands" ]; then
    (cd "$GITHUB_ACTION_PATH" && npm ci --ignore-scripts --no-audit --no-fund && npm run build)
  fi
  output bin "$GITHUB_ACTION_PATH/bin/run.js"
}

# Where models are kept, and a key for the cache that changes when a file of the model does; no key where nothing has to be fetched.
model() {
  local name="${SAM_INPUT_MODEL:?}" described key
  described=$(sam models info --json -- "$name") || { printf '%s\n' "$described"; fail "The model cannot be described; the input takes names of sam models list."; }
  key=$(printf '%s' "$described" | node -e '
    const { files } = JSON.parse(require("node:fs").readFileSync(0, "utf8")).summary.model;
    const remote = files.filter(({ url }) => url !== undefined).map(({ sha256 }) => sha256);
    if (remote.length > 0) console.log("sam-model-" + require("node:crypto").createHash("sha256").update(remote.join("\n")).digest("hex"));')
  output key "$key"
  output dir "${SAM_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/sam}"
}

# Fetches what the cache did not have, and reads what it had: a file that is not what its checksum says is never used.
pull() {
  local name="${SAM_INPUT_MODEL:?}"
  sam models pull -- "$name"
  sam models verify -- "$name"
}

run() {
  local command="${SAM_INPUT_COMMAND:-validate}" format="${SAM_INPUT_FORMAT:-github}" report="${SAM_INPUT_REPORT:-}" dataset="${SAM_INPUT_DATASET:-}"
  local -a arguments=()
  [ -n "$dataset" ] || fail "The input dataset is missing."
  case "$report" in *$'\n'*) fail "The input report has a line break." ;; esac
  # a value stays with its flag: one that begins with a dash is no flag of its own
  [ -z "${SAM_INPUT_IMAGES:-}" ] || arguments+=("--images=$SAM_INPUT_IMAGES")
  [ -z "${SAM_INPUT_FROM:-}" ] || arguments+=("--from=$SAM_INPUT_FROM")
  case "$command" in
    validate)
      arguments+=("--format=$format")
      [ -z "${SAM_INPUT_MAX_ERRORS:-}" ] || arguments+=("--max-errors=$SAM_INPUT_MAX_ERRORS")
      # these two are files for other steps, the others are for the log
      case "$format" in sarif | json) report="${report:-${RUNNER_TEMP:?}/sam.$format}" ;; esac
      ;;
    stats) [ -z "${SAM_INPUT_MIN_MASKS_PER_IMAGE:-}" ] || arguments+=("--min-masks-per-image=$SAM_INPUT_MIN_MASKS_PER_IMAGE") ;;
    segment-all | boxes-to-masks) [ -z "${SAM_INPUT_MODEL:-}" ] || arguments+=("--model=$SAM_INPUT_MODEL") ;;
    *) fail "The input command is validate, stats, segment-all or boxes-to-masks." ;;
  esac
  local line
  while IFS= read -r line; do
    line="${line%$'\r'}"
    [ -z "$line" ] || arguments+=("$line")
  done <<<"${SAM_INPUT_ARGS:-}"
  local code=0
  if [ -n "$report" ]; then sam "$command" "${arguments[@]}" -- "$dataset" >"$report" || code=$?
  else sam "$command" "${arguments[@]}" -- "$dataset" || code=$?; fi
  output exit-code "$code"
  [ -z "$report" ] || output report "$report"
  exit "$code"
}

case "${1:-}" in
  install | model | pull | run) "$1" ;;
  *) fail "action.sh takes install, model, pull or run." ;;
esac
