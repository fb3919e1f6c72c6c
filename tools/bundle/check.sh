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
  --shapes LIST    what `quick` and `throughput` time, as for `sgconv bench --gpu`: B,H,L separated by semicolons
  --types LIST     likewise: float32, bfloat16, float16
  --no-torch       time without PyTorch, which otherwise has half of their time
  --cuda DIRS      folders with libcudart and libcufft, separated by colons; by default those of the CUDA toolkit,
                   then those that pip installed for python3
  --output DIR     where logs and results go; by default sgconv-check-<date and time> in this folder
  --archive FILE   also all logs and results in this one .tar.gz: anew every 10 s and at the end
  --emulated DIR   a trial without a GPU: on the emulated device of the tests, whose libraries are in DIR
  --help           this text

Writes a log for each stage and check.json, with GPU, driver, CUDA, JDK, commit and all results so far: anew before and
after each stage, and the throughput's gpu-unfinished.json after each case, so that a run that is cut off leaves what it
had. If the results of `native` are wrong, nothing else runs. Prints a table last. Options for Java, such as
-Dsgconv.cuda.workspace=8388608, may be in JAVA_TOOL_OPTIONS. Exit status: 0 all passed, 1 a stage failed, ran out of
time or could not run, 2 nothing can run here or an option is wrong.
EOF
}

refuse() {
  printf 'check.sh: %s\n' "$*" >&2
  exit 2
}

here=$(cd "$(dirname "$0")" && pwd -P) || exit 2
case $here in
  *:*) refuse "the bundle is in $here: Java takes no class path with a colon in it, move it to another folder" ;;
esac
# What Java and Python print and read is not ASCII everywhere.
export LC_ALL=C.UTF-8
ulimit -c 0 # a dump of the JVM has gigabytes
quick=false
profile=false
sanitize=false
only=
cuda=
output=
shapes=
types=
torch=true
archive=
emulated=

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
    --only | --cuda | --output | --limit | --shapes | --types | --archive | --emulated)
      [ $# -ge 2 ] || refuse "$1 needs a value (try --help)"
      [ -n "$2" ] || refuse "$1 is empty: is a variable not set?"
      case $1 in
        --only) only=$2 ;;
        --cuda) cuda=$2 ;;
        --output) output=$2 ;;
        --limit) set_limit "$2" ;;
        --shapes) shapes=$2 ;;
        --types) types=$2 ;;
        --archive) archive=$2 ;;
        --emulated) emulated=$2 ;;
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

if [ -n "$emulated" ]; then
  emulated=$(cd "$emulated" 2>/dev/null && pwd -P) || refuse "--emulated names no folder"
  if [ ! -f "$emulated/libsgconv_cuda.so" ]; then refuse "--emulated $emulated holds no libsgconv_cuda.so"; fi
fi

started=$(date -u +%Y-%m-%dT%H:%M:%SZ)
output=${output:-sgconv-check-$(date -u +%Y%m%d-%H%M%S)}
mkdir -p "$output" || refuse "$output cannot be made: name another folder with --output"
output=$(cd "$output" && pwd -P) || exit 2
if [ -n "$archive" ]; then
  place=$(cd "$(dirname "$archive")" 2>/dev/null && pwd -P) || refuse "--archive $archive: there is no such folder"
  archive=$place/${archive##*/}
  : >"$archive.part" || refuse "--archive $archive cannot be written"
fi

# Libraries are extracted here, not among what is brought home. Programs can be executed where the bundle is.
cache=$here/cache
mkdir -p "$cache" 2>/dev/null
if [ ! -w "$cache" ]; then cache=$(mktemp -d) || refuse "neither $here nor ${TMPDIR:-/tmp} can be written"; fi

# pack FILE: everything in the archive, by way of this file. What changes meanwhile (status 1) is packed as it is.
pack() {
  if [ -z "$archive" ]; then return 0; fi
  tar -C "$output" --exclude=./lib -czf "$1" . 2>/dev/null
  if [ $? -le 1 ]; then mv "$1" "$archive"; fi
}

# Says every half minute how far a stage is, and packs, while this script lives.
stage=
watch_over() {
  count=0
  while sleep 10 >/dev/null 2>&1 3>&-; do
    kill -0 $$ 2>/dev/null || exit
    pack "$archive.part"
    count=$((count + 1))
    if [ $((count % 3)) -eq 0 ]; then printf 'check.sh: %s: %s\n' "$1" "$(last_line "$1")" >&3; fi
  done
}
exec 3>&2
watcher=
stop_watching() {
  if [ -n "$watcher" ]; then kill "$watcher" 2>/dev/null; fi
  watcher=
}

finish() {
  stop_watching
  pack "$archive.last"
  if [ -n "$archive" ]; then rm -f "$archive.part"; fi
  case $cache in
    "$here"/*) ;;
    *) rm -rf "$cache" ;;
  esac
}
trap finish EXIT

# Whoever ends this script with a signal finds what there was, and nothing goes on.
child=
interrupted() { # interrupted NAME STATUS
  trap '' HUP INT TERM
  if [ -n "$child" ]; then kill "$child" 2>/dev/null && wait "$child"; fi
  printf 'check.sh: ended by %s%s; logs and check.json: %s\n' "$1" "${stage:+ in the stage $stage}" "$output" >&3
  exit "$2"
}
trap 'interrupted SIGHUP 129' HUP
trap 'interrupted SIGINT 130' INT
trap 'interrupted SIGTERM 143' TERM

# Ends with status 124 what takes longer than the limit of the stage, and what ignores that 10 s later with 137.
# In the background and waited for, so that a signal to this script is not kept waiting.
limited() {
  since=$(date +%s)
  timeout -k 10 "$limit" "$@" 3>&- &
  child=$!
  wait "$child"
  ended=$?
  child=
  if [ $ended -eq 137 ] && [ $(($(date +%s) - since)) -lt "$limit" ]; then
    echo "killed (status 137) before its time was over: by the system, for want of memory?" >&2
    return 1
  fi
  return $ended
}

# jvm ARGUMENTS...: the bundle's Java, under the profiler if there is one.
profiler=
jvm() {
  set -- "$java" --enable-native-access=ALL-UNNAMED -XX:ErrorFile="$output/hs_err_%p.log" -Dsgconv.cache.dir="$cache" \
    -Dsgconv.commit="$commit" ${cuda:+"-Dsgconv.cuda.toolkit=$cuda"} ${emulated:+"-Dsgconv.library.path=$emulated"} "$@"
  if [ -n "$profiler" ]; then
    # The third launch of each of the CUDA kernels: of forward and backward in one block, and of columns and rows beyond.
    # The clocks stay as they are: as the benchmark runs, and another's setting of the machine is left alone.
    set -- "$profiler" --target-processes all --clock-control none --kernel-id "::regex:block_forward|block_backward|columns_in|middle_rows:3" \
      --section SpeedOfLight --section WarpStateStats --section MemoryWorkloadAnalysis --section Occupancy "$@"
  fi
  limited "$@"
}

# sgconv ARGUMENTS...: the command line of the bundle.
limit=120
sgconv() { jvm -cp "$here/lib/*" org.sgconv.cli.Main "$@"; }
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
  timeout 20 nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader >"$output/gpu.txt" 2>/dev/null &&
    gpu=$(head -n 1 "$output/gpu.txt" | tr -d '"\\')
fi
if [ -n "$emulated" ]; then gpu="emulated device"; fi

# Native programs find CUDA's libraries, whatever their files are called, and ours, which is the one in the jar, by the
# names that they were linked to.
mkdir -p "$output/lib"
link_libraries() {
  while read -r word path; do
    file=${path##*/} # with its version after a space
    file=${path%/*}/${file%% *}
    case $word:$file in
      library:*/libcudart*) ln -sf "$file" "$output/lib/libcudart.so.13" ;;
      library:*/libcufft*) ln -sf "$file" "$output/lib/libcufft.so.12" ;;
      library:*/libsgconv_cuda*) ln -sf "$file" "$output/lib/libsgconv_cuda.so" ;;
    esac
  done <"$output/info.txt"
}
link_libraries

# natives SWEEP TOOL...: the native tests, each under the tool. A sweep takes every size of the CUDA kernels, each element
# type and every gate; `brief` and `large` are one launch or two of each kind, which is what the sanitizers have time for.
# Status 1 if results are wrong, else 127 if a program does not start, else 124 if one ran out of time.
natives() {
  sweep=$1
  shift
  wrong=false
  absent=false
  late=false
  for test in cuda_synthesis_test cuda_block_test cuda_windows_test cuda_four_step_test; do
    arguments=
    if [ "$sweep" = brief ]; then
      case $test in
        cuda_block_test) arguments="brief large" ;;
        cuda_windows_test | cuda_four_step_test) arguments=brief ;;
      esac
    fi
    echo "== $* $test $arguments"
    # shellcheck disable=SC2086 # the test's arguments are words
    limited env LD_LIBRARY_PATH="$output/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" "$@" "$here/native/$test" $arguments
    code=$?
    case $code in
      0) ;;
      124 | 137) late=true && echo "$test was ended after $limit s" ;;
      126 | 127) absent=true && echo "$test does not start, the line above says why" ;;
      *) wrong=true && echo "$test ended with status $code" ;;
    esac
  done
  if $wrong; then return 1; fi
  if $absent; then return 127; fi
  if $late; then return 124; fi
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
  sanitizer=$(tool compute-sanitizer) || return 127
  natives brief "$sanitizer" --tool "$1" --error-exitcode 9
}

profile() {
  profiler=$(tool ncu) || return 127
  status=0
  for length in 4096 32768; do
    sgconv bench --gpu --no-torch --quick --types float32 --shapes "64,768,$length" --output "$output/profile-$length" ||
      status=$?
  done
  profiler=
  return $status
}

tests_found=0
tests_passed=0
tests() {
  set -- -Xmx2g -Dsgconv.root="$here/project" -cp "$here/lib/*:$here/tests/*:$here/tests/classes"
  if [ -n "$emulated" ]; then
    export SGCONV_EMULATED_DEVICES=2
  else
    set -- -Dsgconv.cuda.required=true "$@"
  fi
  # Each test is named when it begins and ends: the log of a run that is cut off says how far it was.
  jvm "$@" org.junit.platform.console.ConsoleLauncher execute --disable-banner --disable-ansi-colors \
    --details=testfeed --fail-if-no-tests --scan-classpath "$here/tests/classes" --include-tag cuda \
    --exclude-tag emulation --reports-dir "$output/junit"
  code=$?
  unset SGCONV_EMULATED_DEVICES
  return $code
}

# Takes the counts from the end of JUnit's output; a test that was found and did not succeed is a failure. Where that end
# is missing, what had begun is what was found.
count_tests() {
  begun=0
  succeeded=0
  while read -r first number what rest more; do
    case "$first $what $rest" in
      "[ tests found") tests_found=$number ;;
      "[ tests successful") tests_passed=$number ;;
    esac
    case "$first $number $what $rest $more" in
      *" :: STARTED") begun=$((begun + 1)) ;;
      *" :: SUCCESSFUL") succeeded=$((succeeded + 1)) ;;
    esac
  done <"$output/tests.log"
  if [ "$tests_found" -eq 0 ]; then
    tests_found=$begun
    tests_passed=$succeeded
    return 1
  fi
  [ "$tests_found" = "$tests_passed" ]
}

verify() {
  if $quick; then sgconv verify --backend cuda --quick; else sgconv verify --backend cuda; fi
}

# bench FOLDER ARGUMENTS...: times into that folder of the output. PyTorch, which is first, leaves us half of the time.
bench() {
  folder=$1
  shift
  if [ -n "$types" ]; then set -- "$@" --types "$types"; fi
  if [ -n "$shapes" ]; then set -- "$@" --shapes "$shapes"; fi
  if $torch; then set -- "$@" --torch-limit $(((limit + 1) / 2)); else set -- "$@" --no-torch; fi
  sgconv bench --gpu "$@" --output "$output/$folder"
}

# times_of FOLDER: the files with what was timed, whole or as far as bench came, without what their names end in.
times_of() {
  if [ -f "$output/$1/gpu.json" ]; then echo "$output/$1/gpu"; else echo "$output/$1/gpu-unfinished"; fi
}

# partial_table FOLDER: of what was timed before bench was ended.
partial_table() {
  times=$(times_of "$1")
  if [ -f "$times.json" ] && [ ! -f "$times.txt" ]; then
    given=$limit
    limit=20
    sgconv bench --gpu --from "$times.json" >/dev/null 2>&1
    limit=$given
  fi
}

failed=false
complete=false
stopped=
table=
json=

# last_line STAGE: of its log, as JSON and terminals can have it.
last_line() {
  line=
  tail -n 20 "$output/$1.log" 2>/dev/null | LC_ALL=C tr '\r' '\n' | LC_ALL=C tr -cd ' !#-[]-~\n' | {
    while read -r next; do
      if [ -n "$next" ]; then line=$next; fi
    done
    printf '%.300s' "$line"
  }
}

# shorten FILE: of more than 2 MiB both ends stay, so that all that is brought home is small.
shorten() {
  size=$(wc -c <"$1")
  if [ "$size" -gt 2097152 ]; then
    {
      head -c 1048576 "$1"
      printf '\n... %s bytes are left out here ...\n' $((size - 2097152))
      tail -c 1048576 "$1"
    } >"$1.short"
    mv "$1.short" "$1"
  fi
}

measured() { # measured FOLDER: what was timed there, or null
  times=$(times_of "$1")
  if [ -f "$times.json" ]; then cat "$times.json"; else echo null; fi
}

# Whole or not at all: whoever ends this script finds the last complete one.
write_json() {
  cat >"$output/check.json.new" <<EOF
{
  "commit": "$commit",
  "date": "$started",
  "quick": $quick,
  "gpu": "$gpu",
  "emulated": $(if [ -n "$emulated" ]; then echo true; else echo false; fi),
  "complete": $complete,
  "running": $(if [ -n "$stage" ]; then echo "\"$stage\""; else echo null; fi),
  "stopped": $(if [ -n "$stopped" ]; then echo "\"$stopped\""; else echo null; fi),
  "passed": $(if $failed; then echo false; else echo true; fi),
  "tests": {"found": $tests_found, "passed": $tests_passed},
  "stages": [$json
  ],
  "info": $(if [ -s "$output/info.json" ]; then cat "$output/info.json"; else echo null; fi),
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
  if [ -n "$stopped" ]; then return 0; fi
  stage=$1
  shift
  eval "limit=\$limit_$stage"
  each=
  case $stage in
    native | memcheck | racecheck) each=" a program" ;;
    profile) each=" a length" ;;
  esac
  printf 'check.sh: %s, at most %s s%s ...\n' "$stage" "$limit" "$each" >&2
  write_json
  watch_over "$stage" &
  watcher=$!
  begin=$(date +%s)
  "$@" >"$output/$stage.log" 2>&1
  code=$?
  stop_watching
  note=
  if [ "$stage" = tests ]; then
    if ! count_tests && [ $code -eq 0 ]; then code=1; fi
    note="$tests_passed of $tests_found tests passed"
  fi
  seconds=$(($(date +%s) - begin))
  case $code in
    0) result=passed ;;
    124 | 137) result="OUT OF TIME" ;;
    127) result="CANNOT RUN" ;;
    *) result="FAILED ($code)" ;;
  esac
  reason=
  if [ $code -ne 0 ]; then
    failed=true
    partial_table "$stage"
    reason=$(last_line "$stage")
    if [ $code -eq 127 ]; then note=$reason; fi
  fi
  shorten "$output/$stage.log"
  printf 'check.sh: %s: %s after %s s%s\n' "$stage" "$result" "$seconds" "${note:+, $note}" >&2
  table="$table$(printf '%-12s %-12s %6s  %s' "$stage" "$result" "$seconds" "${note:-$stage.log}")
"
  json="$json${json:+,}
    {\"name\": \"$stage\", \"result\": \"$result\", \"status\": $code, \"seconds\": $seconds, \"limit\": $limit, \
\"log\": \"$stage.log\", \"lastLine\": \"$reason\"}"
  if [ "$stage" = native ] && [ "$result" = "FAILED ($code)" ]; then
    stopped="the CUDA kernels are wrong, native.log says how: no other stage was run"
  fi
  stage=
  write_json
}

run native natives sweep
run quick bench quick --quick
run tests tests
run verify verify
run throughput bench throughput
run profile profile
run memcheck sanitized memcheck
run racecheck sanitized racecheck
if [ -z "$stopped" ]; then complete=true; fi
write_json

for folder in quick throughput; do
  times=$(times_of "$folder")
  if [ -f "$times.txt" ]; then cat "$times.txt"; fi
done
printf '\nsgconv %s on %s\n' "$commit" "$gpu"
printf '%-12s %-12s %6s  %s\n' stage result seconds notes
printf '%s' "$table"
if [ -n "$stopped" ]; then printf '%s\n' "$stopped"; fi
printf 'logs and check.json: %s\n' "$output"
if $failed; then exit 1; fi
