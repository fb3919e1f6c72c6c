#!/bin/bash
# Makes the Java bindings of the C headers with jextract, from the PATH.
#
#   bindings/generate.sh                    rewrites src/generated/java and jextract.version
#   bindings/generate.sh --output DIR [LIBRARY...]
#                                           writes the bindings of all or these libraries, and the
#                                           version, to DIR instead
#   bindings/generate.sh --list LIBRARY     prints every symbol of our own headers that can be bound
#
# Libraries: cpu and cuda, from our headers, and common, what these two share; cudart, cufft
# and cublas, from the headers of the CUDA toolkit, which are looked for in $SGCONV_CUDA_INCLUDE,
# $SGCONV_CUFFT_INCLUDE and $SGCONV_CUBLAS_INCLUDE (by default /usr/local/cuda/include for all).
#
# What is bound is listed in LIBRARY.includes. Output is the same on every run of one jextract
# version; a test compares it with what is committed.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
include=$here/../native/include
cuda_include=${SGCONV_CUDA_INCLUDE:-/usr/local/cuda/include}
cufft_include=${SGCONV_CUFFT_INCLUDE:-$cuda_include}
cublas_include=${SGCONV_CUBLAS_INCLUDE:-$cuda_include}

load=org.sgconv.bindings.load

fail() {
  echo "generate.sh: $1" >&2
  exit 1
}

if ! command -v jextract >/dev/null; then
  fail "jextract is not on the PATH. Get a binary of jextract 25 from https://jdk.java.net/jextract/
or build it from https://github.com/openjdk/jextract (branch jdk25 or later, with libclang 14 or 15),
put its bin folder on the PATH and run this again. Building sgconv does not need it."
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# jextract brings the compiler's own headers. A libclang that also finds a system-wide copy of them
# includes stdint.h twice and loses its types, so only jextract's copy is used.
echo -nobuiltininc >"$work/compile_flags.txt"
export JEXTRACT_JAVA_OPTIONS="${JEXTRACT_JAVA_OPTIONS:-} --enable-native-access=org.openjdk.jextract"

# run_jextract ARGUMENT...: in $work, where it reads compile_flags.txt; quiet unless it fails.
run_jextract() {
  (cd "$work" && jextract "$@") >"$work/log" 2>&1 || fail "jextract failed: $(cat "$work/log")"
}

# bind LIBRARY CLASS HEADER INCLUDE_DIR...: package org.sgconv.bindings.LIBRARY, header class CLASS.
bind() {
  local library=$1 class=$2 header=$3 directory flags=()
  shift 3
  [[ $mode == list || ${#libraries[@]} == 0 || " ${libraries[*]} " == *" $library "* ]] || return 0
  [[ $mode != list || $library == "$wanted" ]] || return 0
  for directory in "$@"; do
    [[ -f $directory/$header ]] && header=$directory/$header
    flags+=(-I "$directory")
  done
  [[ -f $header ]] || fail "$header not found in: $*. Name the folders of the CUDA toolkit's headers
in SGCONV_CUDA_INCLUDE, SGCONV_CUFFT_INCLUDE and SGCONV_CUBLAS_INCLUDE."
  if [[ $mode == list ]]; then
    local headers="$library|${library}_layers"
    [[ $library != common ]] || headers='geometry|layers|status'
    run_jextract "${flags[@]}" --dump-includes "$work/all" "$header"
    grep -E "# header: .*/sgconv/($headers)\.h" "$work/all" | sed -E 's/ +#.*//' | LC_ALL=C sort -u
    return 0
  fi
  grep -v '^#' "$here/$library.includes" >"$work/$library.includes"
  run_jextract "${flags[@]}" --target-package "org.sgconv.bindings.$library" \
    --header-class-name "$class" --symbols-class-name "${class}Symbols" \
    --output "$work/java" "@$work/$library.includes" "$header"
  # Two changes to the class of the functions. jextract looks symbols up in what the class loader has
  # loaded, and only the first class loader that loads a library has it: the library's own symbols
  # are there for any number of them. And the names of all functions are added, for whoever looks
  # them up when the library is loaded.
  local source=$work/java/org/sgconv/bindings/$library/$class.java content functions
  functions=$(sed -nE 's/^    private static class (\w+) \{$/            "\1",/p' "$source")
  if [[ -z $functions ]]; then
    sed -i '/SYMBOL_LOOKUP = SymbolLookup.loaderLookup()/{N;N;d}' "$source"
  else
    sed -i "/SYMBOL_LOOKUP = SymbolLookup.loaderLookup()/{N;s/= .*/=\n            $load.NativeLibraries.symbols($load.NativeLibrary.${library^^});/}" "$source"
    content=$(<"$source")
    printf '%s\n' "${content%\}}" '    /** Names of the functions that are bound. */' \
      '    public static List<String> functions() {' '        return List.of(' \
      "${functions%,});" '    }' '}' >"$source"
  fi
  ! grep -q 'loaderLookup()' "$source" || fail "jextract no longer writes SYMBOL_LOOKUP as expected in $source"
}

bind_all() {
  bind common SgconvCommon sgconv/cpu_layers.h "$include" # which includes all that is shared
  bind cpu SgconvCpu sgconv/cpu_layers.h "$include"
  bind cuda SgconvCuda sgconv/cuda_layers.h "$include"
  bind cudart Cudart cuda_runtime_api.h "$cuda_include"
  bind cufft Cufft cufft.h "$cufft_include" "$cuda_include"
  bind cublas Cublas cublas_v2.h "$cublas_include" "$cuda_include"
}

mode=generate
wanted=
libraries=()
java=$here/src/generated/java
version=$here/jextract.version
case ${1:-} in
  '') ;;
  --output)
    [[ $# -ge 2 ]] || fail "--output needs a folder"
    mkdir -p "$2"
    java=$(cd "$2" && pwd)
    version=$java/jextract.version
    libraries=("${@:3}")
    ;;
  --list)
    [[ $# == 2 ]] || fail "--list needs a library, such as cpu"
    mode=list
    wanted=$2
    ;;
  *) fail "unknown argument '$1'; run it with --output DIR, --list LIBRARY or nothing" ;;
esac

bind_all
if [[ $mode == list ]]; then
  [[ -f $work/all ]] || fail "no library '$wanted'"
  exit 0
fi

# Everything was made: only now replace what is there.
rm -rf "$java/org/sgconv/bindings"
mkdir -p "$java"
cp -R "$work/java/." "$java"
jextract --version 2>&1 | grep -E '^(jextract|LibClang)' >"$version"
