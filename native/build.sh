#!/bin/sh
# What Maven runs in this module: build.sh build | test
# The environment names the preset (SGCONV_PRESET) and where results go (SGCONV_CLASSES, SGCONV_BENCH, and where a NAR
# is made SGCONV_NAR_STAGE). The launcher runs `build.sh build` too, with options for CMake as further arguments.
set -eu
native=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$native")
preset=${SGCONV_PRESET:-release}
tree=$native/target/cmake-$preset

missing() {
  cat >&2 <<EOF
sgconv: $1 was not found; the native libraries cannot be built. Install a C++20 compiler and CMake 3.25 or later:
  Debian, Ubuntu:  sudo apt-get install cmake g++ ninja-build
  Fedora, RHEL:    sudo dnf install cmake gcc-c++ ninja-build
  macOS:           brew install cmake ninja   (and: xcode-select --install)
or build pure Java only, without the CPU and CUDA backends: ./mvnw -DskipTests -Dsgconv.native.skip package
EOF
  exit 1
}

require_tools() {
  command -v cmake >/dev/null || missing cmake
  if [ -n "${CXX:-}" ]; then
    command -v "${CXX%% *}" >/dev/null || missing "the C++ compiler CXX=$CXX"
  else
    command -v c++ >/dev/null || command -v g++ >/dev/null || command -v clang++ >/dev/null ||
      missing "a C++ compiler"
  fi
  if command -v ninja >/dev/null && [ ! -f "$tree/CMakeCache.txt" ]; then
    export CMAKE_GENERATOR="${CMAKE_GENERATOR:-Ninja}"
  elif [ -z "${CMAKE_GENERATOR:-}" ] && [ ! -f "$tree/CMakeCache.txt" ]; then
    command -v make >/dev/null || missing "make or ninja"
  fi
}

jobs() { nproc 2>/dev/null || getconf _NPROCESSORS_ONLN; }

if [ "${SGCONV_SKIP:-false}" = true ]; then
  # What an earlier build left must not end up in the jar.
  rm -rf "$SGCONV_CLASSES/org/sgconv/native" "$SGCONV_NAR_STAGE"
  echo "native libraries: ${1:-} is skipped because of -Dsgconv.native.skip"
  exit 0
fi

case "${1:-}" in
  build)
    shift
    # CMake refuses the tree of a checkout that was moved or copied.
    if [ -f "$tree/CMakeCache.txt" ] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$tree/CMakeCache.txt"; then
      rm -rf "$tree"
    fi
    require_tools
    cd "$root"
    cmake --preset "$preset" "$@"
    # Who skips the tests need not wait for them to be compiled.
    target=all
    if [ "${SGCONV_SKIP_TESTS:-false}" = true ]; then target=sgconv_packaged; fi
    cmake --build "$tree" --parallel "$(jobs)" --target "$target"
    # Both trees are made anew, so that a library that no longer exists does not linger in a package.
    rm -rf "$SGCONV_CLASSES/org/sgconv/native" "$SGCONV_BENCH"
    cmake --install "$tree" --component resources --prefix "$SGCONV_CLASSES"
    cmake --install "$tree" --component bench --prefix "$SGCONV_BENCH"
    if [ -n "${SGCONV_NAR_STAGE:-}" ]; then
      rm -rf "$SGCONV_NAR_STAGE"
      cmake --install "$tree" --component nar --prefix "$SGCONV_NAR_STAGE"
    fi
    ;;
  test)
    if [ "${SGCONV_SKIP_TESTS:-false}" = true ]; then
      echo "native tests are skipped: skipTests is set"
      exit 0
    fi
    ctest --test-dir "$tree" --output-on-failure --no-tests=error --parallel "$(jobs)"
    ;;
  *)
    echo "usage: build.sh build | test" >&2
    exit 2
    ;;
esac
