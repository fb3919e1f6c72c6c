#!/bin/sh
# Builds the GPU bundle: one folder, and the same as a .tar.gz, that checks and times sgconv on a machine with an NVIDIA
# driver and CUDA's libraries and nothing else of ours. Called by `./sgconv bundle`, which names the JDK.
set -eu
home=$(cd "$(dirname "$0")/../.." && pwd -P)
jdk=${JAVA_HOME:?the JDK 25 that is put into the bundle}
most=47185920 # 45 MiB
architecture=90

die() {
  printf 'sgconv: %s\n' "$*" >&2
  exit 2
}

output=$home/target/bundle
while [ $# -gt 0 ]; do
  case $1 in
    --output)
      [ $# -ge 2 ] || die "--output needs a folder"
      output=$2
      shift
      ;;
    --arch)
      [ $# -ge 2 ] || die "--arch needs a number, such as 90"
      architecture=$2
      case $architecture in
        80 | 86 | 87 | 89 | 90 | 100 | 103 | 120 | 121) ;;
        *) die "--arch $architecture: expected a CUDA architecture from 80 on, such as 80, 86, 89, 90, 100 or 120" ;;
      esac
      shift
      ;;
    --help | -h)
      echo "Usage: sgconv bundle [--output DIR] [--arch N]"
      echo "Builds the GPU bundle in DIR (target/bundle): a folder and a .tar.gz of at most 45 MiB. Needs nvcc."
      echo "It has the CUDA kernels of one architecture: 90 (H100, H200) unless --arch names another, 80 for A100."
      exit 0
      ;;
    *) die "bundle: unknown option $1 (try 'sgconv bundle --help')" ;;
  esac
  shift
done

version=$(sed -n '/<artifactId>sgconv-parent</{n;s/.*<version>\(.*\)<.*/\1/p;}' "$home/pom.xml")
name=sgconv-gpu-$version
mkdir -p "$output"
output=$(cd "$output" && pwd -P)
bundle=$output/$name
rm -rf "$bundle" "$bundle.tar" "$bundle.tar.gz"

cd "$home"
# Maven leaves what an earlier build copied there.
rm -rf java/core/target/bundle benchmarks/target/bundle
SGCONV_BUNDLE_ARCHITECTURE=$architecture ./mvnw -q -DskipTests -Pbundle -Dsgconv.native.preset=bundle package >&2 ||
  die "the build failed; the lines above say why"
tree=$home/native/target/cmake-bundle
cmake --build "$tree" --target cuda_synthesis_test cuda_block_test cuda_windows_test cuda_four_step_test \
  cuda_device_code_test >&2
"$tree/native/test/cuda/cuda_device_code_test" "$tree/native/src/cuda/libsgconv_cuda.so" "$architecture-real" >&2 ||
  die "the CUDA library is not for architecture $architecture alone"

example=java/core/src/test/java/org/sgconv/example
mkdir -p "$bundle/lib" "$bundle/tests" "$bundle/native" "$bundle/project/$example"
modules=java.base,java.logging,java.management,java.xml,jdk.management,jdk.unsupported
# Plots are drawn from gpu.json elsewhere (java.desktop needs fonts and 11 MB); what compares CPUs stays at home, and
# JUnit does without SQL.
without=java.desktop,java.sql,jdk.incubator.vector
# Classes are not compressed one by one: the archive, which compresses all together, is 4.4 MiB smaller for that.
"$jdk/bin/jlink" --add-modules "$modules" --strip-debug --no-header-files --no-man-pages --compress zip-0 \
  --output "$bundle/runtime"
cp benchmarks/target/sgconv.jar benchmarks/target/bundle/*.jar "$bundle/lib/"
cp java/core/target/bundle/*.jar "$bundle/tests/"
cp -R java/core/target/test-classes "$bundle/tests/classes"
# It checks compiled classes with a library that stays at home.
rm -f "$bundle"/tests/classes/org/sgconv/ArchitectureTest*.class
# A module that is missing would only show there, in the first class that needs it.
needed=$("$jdk/bin/jdeps" -q --multi-release 25 --ignore-missing-deps --list-deps --class-path "$bundle/lib/*:$bundle/tests/*" \
  "$bundle/lib/sgconv.jar" "$bundle/tests/classes") || die "jdeps failed; the lines above say why"
for module in $needed; do
  case ,$modules,$without, in
    *,"$module",*) ;;
    *) die "the bundle needs the Java module $module: add it to 'modules' in $0" ;;
  esac
done
# They load the library that the jar has.
cp "$tree/native/test/cuda/cuda_synthesis_test" "$tree/native/test/cuda/cuda_block_test" \
  "$tree/native/test/cuda/cuda_windows_test" "$tree/native/test/cuda/cuda_four_step_test" "$bundle/native/"
cp README.md "$bundle/project/"
cp "$example/TenLines.java" "$bundle/project/$example/"
cp tools/bundle/check.sh LICENSE NOTICE "$bundle/"
commit=$(git rev-parse HEAD 2>/dev/null || echo unknown)
if [ -n "$(git status --porcelain 2>/dev/null)" ]; then commit=$commit-modified; fi
echo "$commit" >"$bundle/COMMIT"
objdump -T "$bundle"/native/* "$tree/native/src/cuda/libsgconv_cuda.so" "$bundle/runtime/lib/server/libjvm.so" |
  tr ' ()' '\n\n\n' | grep '^GLIBC_2' | sort -uV | tail -n 1 | cut -d _ -f 2 >"$bundle/GLIBC"
sed "s|@VERSION@|$version|; s|@COMMIT@|$commit|; s|@ARCHITECTURE@|$architecture|; s|@GLIBC@|$(cat "$bundle/GLIBC")|" \
  tools/bundle/README.txt >"$bundle/README.txt"

tar -C "$output" -cf "$bundle.tar" "$name"
gzip -9 "$bundle.tar"
size=$(wc -c <"$bundle.tar.gz")
[ "$size" -le $most ] || die "$bundle.tar.gz is $size bytes, at most $most (45 MiB) are allowed"
echo "wrote $bundle.tar.gz: $((size / 1048576)).$((size % 1048576 * 10 / 1048576)) MiB ($size bytes), for architecture $architecture, needs glibc $(cat "$bundle/GLIBC")"
