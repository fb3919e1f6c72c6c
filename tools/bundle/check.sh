#!/bin/sh
# Checks and times sgconv on the GPU of this machine. Needs an NVIDIA driver and CUDA's libraries, but no JDK, no
# compiler and no network: only sh and the core utilities.
set -u

usage() {
  cat <<'EOF'
Usage: check.sh [options]

  --quick          shorter: verify up to length 4097, a few sizes timed
  --sanitize       also run native tests under compute-sanitizer: memcheck and racecheck
  --only STAGES    only these, separated by commas: tests, native, verify, throughput, memcheck, racecheck
  --cuda DIRS      folders with libcudart and libcufft, separated by colons; by default those of the CUDA toolkit,
                   then those that pip installed for python3
  --output DIR     where logs and results go; by default sgconv-check-<date and time> in this folder
  --help           this text

Writes a log for each stage and check.json, with GPU, driver, CUDA, JDK, commit and all results, and prints a table
last. Exit status: 0 all passed, 1 a stage failed, 2 it cannot run here or an option is wrong.
EOF
}

refuse() {
  printf 'check.sh: %s\n' "$*" >&2
  exit 2
}

here=$(cd "$(dirname "$0")" && pwd -P) || exit 2
quick=false
sanitize=false
only=
cuda=
output=
while [ $# -gt 0 ]; do
  case $1 in
    --quick) quick=true ;;
    --sanitize) sanitize=true ;;
    --only | --cuda | --output)
      [ $# -ge 2 ] || refuse "$1 needs a value (try --help)"
      case $1 in
        --only) only=$2 ;;
        --cuda) cuda=$2 ;;
        --output) output=$2 ;;
      esac
      shift
      ;;
    --help | -h)
      usage
      exit 0
      ;;
    *) refuse "unknown option $1 (try --help)" ;;
  esac
  shift
done

stages=tests,native,verify,throughput
if $sanitize; then stages=$stages,memcheck,racecheck; fi
if [ -n "$only" ]; then
  stages=$only
  rest=$only,
  while [ -n "$rest" ]; do
    stage=${rest%%,*}
    rest=${rest#*,}
    case $stage in
      tests | native | verify | throughput | memcheck | racecheck) ;;
      *) refuse "--only names '$stage': expected tests, native, verify, throughput, memcheck or racecheck" ;;
    esac
  done
fi

case $(uname -s)-$(uname -m) in
  Linux-x86_64) ;;
  *) refuse "this is $(uname -s) on $(uname -m); the bundle is for Linux on x86_64" ;;
esac
java=$here/runtime/bin/java
"$java" -version >/dev/null 2>&1 || refuse "$java does not start: the bundle is incomplete, or lies on a file system" \
  "that forbids execution, or this system is too old (it needs glibc $(cat "$here/GLIBC" 2>/dev/null))"

started=$(date -u +%Y-%m-%dT%H:%M:%SZ)
output=${output:-sgconv-check-$(date -u +%Y%m%d-%H%M%S)}
mkdir -p "$output" || refuse "$output cannot be made: name another folder with --output"
output=$(cd "$output" && pwd -P) || exit 2

# sgconv ARGUMENTS...: the command line of the bundle.
sgconv() {
  "$java" --enable-native-access=ALL-UNNAMED -Dsgconv.cache.dir="$output/cache" ${cuda:+"-Dsgconv.cuda.toolkit=$cuda"} \
    -Dsgconv.commit="$commit" -cp "$here/lib/*" org.sgconv.benchmarks.cli.Main "$@"
}
commit=$(cat "$here/COMMIT" 2>/dev/null) || commit=unknown

# Where pip put CUDA's libraries, separated by colons.
pip_folders() {
  command -v python3 >/dev/null 2>&1 || return 0
  python3 - 2>/dev/null <<'EOF'
import glob, os, site, sys
roots = dict.fromkeys(site.getsitepackages() + [site.getusersitepackages()] + sys.path)
found = [f for r in roots if r for f in sorted(glob.glob(os.path.join(r, "nvidia", "*", "lib")), reverse=True)]
print(":".join(dict.fromkeys(f for f in found if glob.glob(f + "/libcudart.so.*") or glob.glob(f + "/libcufft.so.*"))))
EOF
}

# A machine that cannot run this is told so at once.
if ! sgconv info --require cuda >"$output/info.txt" 2>"$output/info.err"; then
  if [ -z "$cuda" ]; then
    cuda=$(pip_folders)
    if [ -n "$cuda" ]; then
      mv "$output/info.err" "$output/info-toolkit.err"
      sgconv info --require cuda >"$output/info.txt" 2>"$output/info.err" || cuda=failed
    else
      cuda=failed
    fi
  else
    cuda=failed
  fi
  if [ "$cuda" = failed ]; then
    if [ -f "$output/info-toolkit.err" ]; then cat "$output/info-toolkit.err" >&2; fi
    cat "$output/info.err" >&2
    refuse "sgconv cannot use a GPU here, the lines above say why; nothing was run (details: $output/info.txt)"
  fi
fi
sgconv info --json >"$output/info.json" 2>>"$output/info.err"

# The first CUDA device, for want of its product's name.
device_line() {
  while read -r word name; do
    case $word:$name in
      "device:CUDA device"*)
        printf '%s\n' "$name"
        return 0
        ;;
    esac
  done <"$output/info.txt"
  echo unknown
}

gpu=$(device_line)
if command -v nvidia-smi >/dev/null 2>&1; then
  nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader >"$output/gpu.txt" 2>/dev/null &&
    gpu=$(head -n 1 "$output/gpu.txt" | tr -d '"\\')
fi

# Native programs find CUDA's libraries, whatever their files are called, by the names that they were linked to.
mkdir -p "$output/lib"
link_libraries() {
  while read -r word path _; do
    case $word:$path in
      library:*/libcudart*) ln -sf "$path" "$output/lib/libcudart.so.13" ;;
      library:*/libcufft*) ln -sf "$path" "$output/lib/libcufft.so.12" ;;
    esac
  done <"$output/info.txt"
}
link_libraries

native() { # native TOOL...: the native tests, each under the tool
  status=0
  for test in "cuda_synthesis_test" "cuda_fused_test brief" "cuda_long_test brief"; do
    echo "== $* $test"
    # shellcheck disable=SC2086 # the test's arguments are words
    LD_LIBRARY_PATH=$here/native:$output/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} "$@" "$here/native/"$test || status=1
  done
  return $status
}

sanitizer() {
  for place in "$(command -v compute-sanitizer 2>/dev/null)" "${CUDA_PATH:-}/bin/compute-sanitizer" \
    "${CUDA_HOME:-}/bin/compute-sanitizer" /usr/local/cuda/bin/compute-sanitizer \
    /usr/local/cuda-*/bin/compute-sanitizer; do
    if [ -x "$place" ]; then
      printf '%s\n' "$place"
      return 0
    fi
  done
  return 1
}

sanitized() {
  tool=$(sanitizer) || {
    echo "compute-sanitizer was not found: put it on the PATH, or name the toolkit in CUDA_HOME"
    return 1
  }
  native "$tool" --tool "$1" --error-exitcode 9
}

tests_found=0
tests_passed=0
tests() {
  "$java" -Xmx2g --enable-native-access=ALL-UNNAMED -Dsgconv.cache.dir="$output/cache" \
    ${cuda:+"-Dsgconv.cuda.toolkit=$cuda"} -Dsgconv.cuda.required=true -Dsgconv.root="$here/project" \
    -cp "$here/lib/*:$here/tests/*:$here/tests/classes" org.junit.platform.console.ConsoleLauncher execute --disable-banner \
    --disable-ansi-colors --details=tree --fail-if-no-tests --scan-classpath "$here/tests/classes" \
    --include-tag cuda --exclude-tag emulation --reports-dir "$output/junit"
}

# Takes the counts from the end of JUnit's output; a test that was found and did not succeed is a failure.
count_tests() {
  while read -r bracket number what rest _; do
    case "$bracket $what $rest" in
      "[ tests found") tests_found=$number ;;
      "[ tests successful") tests_passed=$number ;;
    esac
  done <"$output/tests.log"
  [ "$tests_found" -gt 0 ] && [ "$tests_found" = "$tests_passed" ]
}

verify() {
  if $quick; then sgconv verify --backend cuda --quick; else sgconv verify --backend cuda; fi
}

throughput() {
  if $quick; then
    sgconv bench --gpu --quick --output "$output/throughput"
  else
    sgconv bench --gpu --output "$output/throughput"
  fi
}

failed=false
table=
json=
run() { # run STAGE COMMAND...
  case ,$stages, in
    *,"$1",*) ;;
    *) return 0 ;;
  esac
  stage=$1
  shift
  printf 'check.sh: %s ...\n' "$stage" >&2
  begin=$(date +%s)
  "$@" >"$output/$stage.log" 2>&1
  code=$?
  note=
  if [ "$stage" = tests ]; then
    if ! count_tests && [ $code -eq 0 ]; then code=1; fi
    note="$tests_passed of $tests_found tests passed"
  fi
  seconds=$(($(date +%s) - begin))
  result=passed
  if [ $code -ne 0 ]; then
    result="FAILED ($code)"
    failed=true
  fi
  table="$table$(printf '%-12s %-12s %6s  %s' "$stage" "$result" "$seconds" "${note:-$stage.log}")
"
  json="$json${json:+,}
    {\"name\": \"$stage\", \"status\": $code, \"seconds\": $seconds, \"log\": \"$stage.log\"}"
}

run tests tests
run native native
run verify verify
run throughput throughput
run memcheck sanitized memcheck
run racecheck sanitized racecheck

throughput_json=null
if [ -f "$output/throughput/gpu.json" ]; then throughput_json=$(cat "$output/throughput/gpu.json"); fi
cat >"$output/check.json" <<EOF
{
  "commit": "$commit",
  "date": "$started",
  "quick": $quick,
  "gpu": "$gpu",
  "passed": $(if $failed; then echo false; else echo true; fi),
  "tests": {"found": $tests_found, "passed": $tests_passed},
  "stages": [$json
  ],
  "info": $(cat "$output/info.json"),
  "throughput": $throughput_json
}
EOF

if [ -f "$output/throughput/gpu.txt" ]; then cat "$output/throughput/gpu.txt"; fi
printf '\nsgconv %s on %s\n' "$commit" "$gpu"
printf '%-12s %-12s %6s  %s\n' stage result seconds notes
printf '%s' "$table"
printf 'logs and check.json: %s\n' "$output"
if $failed; then exit 1; fi
