#!/bin/sh
# Checks and times sgconv on the GPU of this machine. Needs an NVIDIA driver and CUDA's libraries, but no JDK, no
# compiler and no network: only sh and the core utilities.
set -u

usage() {
  cat <<'EOF'
Usage: check.sh [options]

  --quick          shorter: verify up to length 4097, and only the quick throughput
  --profile        also run ncu over the four main CUDA kernels
  --sanitize       also run native tests under compute-sanitizer: memcheck and racecheck
  --only STAGES    only these, separated by commas: native, quick, tests, verify, throughput, profile, memcheck,
                   racecheck; they run in this order
  --limit STAGE=S  at most S seconds for this stage (of native, memcheck and racecheck: for each program); repeatable
  --shapes LIST    what `throughput` times, as for `sgconv bench --gpu`: B,H,L separated by semicolons
  --types LIST     likewise: float32, bfloat16, float16
  --no-torch       times without PyTorch
  --cuda DIRS      folders with libcudart and libcufft, separated by colons; by default those of the CUDA toolkit,
                   then those that pip installed for python3
  --output DIR     where logs and results go; by default sgconv-check-<date and time> in this folder
  --help           this text

Writes a log for each stage and check.json, with GPU, driver, CUDA, JDK, commit and all results so far: anew after each
stage, and the throughput's gpu.json after each case, so that a run that is cut off leaves what it had. Prints a table
last. Exit status: 0 all passed, 1 a stage failed or ran out of time, 2 it cannot run here or an option is wrong.
EOF
}

refuse() {
  printf 'check.sh: %s\n' "$*" >&2
  exit 2
}

here=$(cd "$(dirname "$0")" && pwd -P) || exit 2
quick=false
profile=false
sanitize=false
only=
cuda=
output=
shapes=
types=
torch=true

# Seconds for each stage; of native, memcheck and racecheck for each program.
limit_native=60
limit_quick=150
limit_tests=150
limit_verify=120
limit_throughput=400
limit_profile=120
limit_memcheck=120
limit_racecheck=120
is_stage() {
  case $1 in
    native | quick | tests | verify | throughput | profile | memcheck | racecheck) return 0 ;;
  esac
  return 1
}
expected="expected native, quick, tests, verify, throughput, profile, memcheck or racecheck"
set_limit() { # set_limit STAGE=SECONDS
  is_stage "${1%%=*}" || refuse "--limit names '${1%%=*}': $expected, as in native=60"
  case $1 in
    *=) refuse "--limit $1 has no seconds: expected ${1}60" ;;
    *=0* | *=*[!0-9]*) refuse "--limit $1: '${1#*=}' is no number of seconds of 1 or more" ;;
    *=*) eval "limit_${1%%=*}=${1#*=}" ;;
    *) refuse "--limit $1 has no seconds: expected $1=60" ;;
  esac
}
while [ $# -gt 0 ]; do
  case $1 in
    --quick) quick=true ;;
    --profile) profile=true ;;
    --sanitize) sanitize=true ;;
    --no-torch) torch=false ;;
    --only | --cuda | --output | --limit | --shapes | --types)
      [ $# -ge 2 ] || refuse "$1 needs a value (try --help)"
      case $1 in
        --only) only=$2 ;;
        --cuda) cuda=$2 ;;
        --output) output=$2 ;;
        --limit) set_limit "$2" ;;
        --shapes) shapes=$2 ;;
        --types) types=$2 ;;
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

# The shortest first, and what tells most: a run may be cut off at any time.
stages=native,quick,tests,verify
if ! $quick; then stages=$stages,throughput; fi
if $profile; then stages=$stages,profile; fi
if $sanitize; then stages=$stages,memcheck,racecheck; fi
if [ -n "$only" ]; then
  stages=$only
  rest=$only,
  while [ -n "$rest" ]; do
    stage=${rest%%,*}
    rest=${rest#*,}
    is_stage "$stage" || refuse "--only names '$stage': $expected"
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

# Ends with status 124 what takes longer than the limit of the stage, and what ignores that 10 s later with 137.
limited() { timeout -k 10 "$limit" "$@"; }

# sgconv ARGUMENTS...: the command line of the bundle.
limit=120
sgconv() {
  limited "$java" --enable-native-access=ALL-UNNAMED -Dsgconv.cache.dir="$output/cache" ${cuda:+"-Dsgconv.cuda.toolkit=$cuda"} \
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

# natives SWEEP TOOL...: the native tests, each under the tool. A sweep takes every size of the CUDA kernels, each element
# type and every gate; `brief` and `large` are one launch or two of each kind, which is what the sanitizers have time for.
natives() {
  sweep=$1
  shift
  status=0
  for test in cuda_synthesis_test cuda_fused_test cuda_long_test; do
    arguments=
    if [ "$sweep" = brief ]; then
      case $test in
        cuda_fused_test) arguments="brief large" ;;
        cuda_long_test) arguments=brief ;;
      esac
    fi
    echo "== $* $test $arguments"
    # shellcheck disable=SC2086 # the test's arguments are words
    LD_LIBRARY_PATH=$here/native:$output/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} limited "$@" "$here/native/$test" $arguments
    code=$?
    case $code in
      0) ;;
      124 | 137) status=124 && echo "$test was ended after $limit s" ;;
      *) [ $status -eq 124 ] || status=1 ;;
    esac
  done
  return $status
}

# tool NAME: where a program of the CUDA toolkit is.
tool() {
  for place in "$(command -v "$1" 2>/dev/null)" "${CUDA_PATH:-}/bin/$1" "${CUDA_HOME:-}/bin/$1" "/usr/local/cuda/bin/$1" \
    /usr/local/cuda-*/bin/"$1"; do
    if [ -x "$place" ]; then
      printf '%s\n' "$place"
      return 0
    fi
  done
  echo "$1 was not found: put it on the PATH, or name the toolkit in CUDA_HOME" >&2
  return 1
}

sanitized() {
  sanitizer=$(tool compute-sanitizer) || return 1
  natives brief "$sanitizer" --tool "$1" --error-exitcode 9
}

# The CUDA kernels of forward and backward in one block, and of columns and rows beyond it.
profile() {
  profiler=$(tool ncu) || return 1
  status=0
  for length in 4096 32768; do
    limited "$profiler" --target-processes all -k "regex:fused_forward|fused_backward|columns_in|long_rows" -c 8 \
      --section SpeedOfLight --section WarpStateStats --section MemoryWorkloadAnalysis --section Occupancy \
      "$java" --enable-native-access=ALL-UNNAMED -Dsgconv.cache.dir="$output/cache" \
      ${cuda:+"-Dsgconv.cuda.toolkit=$cuda"} -cp "$here/lib/*" org.sgconv.benchmarks.cli.Main bench --gpu --no-torch \
      --quick --types float32 --shapes "64,768,$length" --output "$output/profile-$length" || status=$?
  done
  return $status
}

tests_found=0
tests_passed=0
tests() {
  limited "$java" -Xmx2g --enable-native-access=ALL-UNNAMED -Dsgconv.cache.dir="$output/cache" \
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

# bench FOLDER ARGUMENTS...: times into that folder of the output.
bench() {
  folder=$1
  shift
  if ! $torch; then set -- "$@" --no-torch; fi
  sgconv bench --gpu "$@" --output "$output/$folder"
}

throughput() {
  if [ -n "$types" ]; then set -- "$@" --types "$types"; fi
  if [ -n "$shapes" ]; then set -- "$@" --shapes "$shapes"; fi
  bench throughput "$@"
}

failed=false
complete=false
table=
json=

measured() { # measured FOLDER: what is in its gpu.json, or null
  if [ -f "$output/$1/gpu.json" ]; then cat "$output/$1/gpu.json"; else echo null; fi
}

# Whole or not at all: whoever ends this script finds the last complete one.
write_json() {
  cat >"$output/check.json.new" <<EOF
{
  "commit": "$commit",
  "date": "$started",
  "quick": $quick,
  "gpu": "$gpu",
  "complete": $complete,
  "passed": $(if $failed; then echo false; else echo true; fi),
  "tests": {"found": $tests_found, "passed": $tests_passed},
  "stages": [$json
  ],
  "info": $(cat "$output/info.json"),
  "quickThroughput": $(measured quick),
  "throughput": $(measured throughput)
}
EOF
  mv "$output/check.json.new" "$output/check.json"
}

run() { # run STAGE COMMAND...
  case ,$stages, in
    *,"$1",*) ;;
    *) return 0 ;;
  esac
  stage=$1
  shift
  eval "limit=\$limit_$stage"
  each=
  case $stage in
    native | memcheck | racecheck) each=" a program" ;;
  esac
  printf 'check.sh: %s, at most %s s%s ...\n' "$stage" "$limit" "$each" >&2
  begin=$(date +%s)
  "$@" >"$output/$stage.log" 2>&1
  code=$?
  note=
  if [ "$stage" = tests ]; then
    if ! count_tests && [ $code -eq 0 ]; then code=1; fi
    note="$tests_passed of $tests_found tests passed"
  fi
  seconds=$(($(date +%s) - begin))
  case $code in
    0) result=passed ;;
    124 | 137) result="OUT OF TIME" ;;
    *) result="FAILED ($code)" ;;
  esac
  if [ $code -ne 0 ]; then failed=true; fi
  printf 'check.sh: %s: %s after %s s%s\n' "$stage" "$result" "$seconds" "${note:+, $note}" >&2
  table="$table$(printf '%-12s %-12s %6s  %s' "$stage" "$result" "$seconds" "${note:-$stage.log}")
"
  json="$json${json:+,}
    {\"name\": \"$stage\", \"status\": $code, \"seconds\": $seconds, \"limit\": $limit, \"log\": \"$stage.log\"}"
  write_json
}

run native natives sweep
run quick bench quick --quick
run tests tests
run verify verify
run throughput throughput
run profile profile
run memcheck sanitized memcheck
run racecheck sanitized racecheck
complete=true
write_json

for folder in quick throughput; do
  if [ -f "$output/$folder/gpu.txt" ]; then cat "$output/$folder/gpu.txt"; fi
done
printf '\nsgconv %s on %s\n' "$commit" "$gpu"
printf '%-12s %-12s %6s  %s\n' stage result seconds notes
printf '%s' "$table"
printf 'logs and check.json: %s\n' "$output"
if $failed; then exit 1; fi
