#!/bin/sh
# format-native.sh check|apply: layout of the C, C++ and CUDA sources, by .clang-format.
set -eu
cd "$(dirname "$0")/.."

case "${1:-}" in
  check) options="--dry-run --Werror" ;;
  apply) options="-i" ;;
  *)
    echo "usage: format-native.sh check|apply" >&2
    exit 2
    ;;
esac

if ! command -v clang-format >/dev/null; then
  if [ "$1" = apply ]; then
    echo "clang-format is not on the PATH; install it (Debian, Ubuntu: apt-get install clang-format)" >&2
    exit 1
  fi
  echo "WARNING: the layout of native sources was NOT CHECKED: clang-format is not on the PATH" >&2
  exit 0
fi

# shellcheck disable=SC2086 # two words
if ! find native -name target -prune -o \( -name '*.h' -o -name '*.hpp' -o -name '*.c' -o -name '*.cpp' \
  -o -name '*.inl' -o -name '*.cu' -o -name '*.cuh' \) -type f -exec clang-format --style=file $options {} +; then
  echo "To format the sources: ./mvnw -N -Pformat" >&2
  exit 1
fi
