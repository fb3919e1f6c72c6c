# What a build of the launcher was made of and for, and whether that is what is here: read by ./sgconv, which sets home,
# system, jar and built.

# inputs EXPRESSION...: runs find over what a build reads.
inputs() {
  (cd "$home" && find pom.xml CMakeLists.txt CMakePresets.json cmake native bindings java benchmarks tools/launcher \
    \( -name target -o -name test -o -name results \) -prune -o "$@" 2>/dev/null)
}

# Whether a file or folder is newer than the file $1, or that is newer than now, as after a clock was set back.
outdated() {
  newer=$(
    find "$1" -mmin -0 2>/dev/null
    inputs \( -type f -o -type d -path '*/src/*' \) -newer "$1" -print | head -n 1
  )
  [ -n "$newer" ]
}

# Device files. That of WSL may be any maker's.
device_files() {
  ls -d "$system"/dev/nvidia[0-9]* "$system"/dev/dxg 2>/dev/null || :
}

# Whether CUDA is wanted: on, off, auto where a device is, or no.
wish() {
  case ${SGCONV_CUDA:-} in
    [Oo][Nn]) echo on ;;
    [Oo][Ff][Ff]) echo off ;;
    '' | [Aa][Uu][Tt][Oo]) if [ -n "$1" ]; then echo auto; else echo no; fi ;;
    *) return 1 ;;
  esac
}

has_nvcc() {
  [ -n "${CUDACXX:-}" ] || command -v nvcc >/dev/null 2>&1 || [ -x "$system/usr/local/cuda/bin/nvcc" ]
}

# Sets what is here now as `state` and one by one; and what it was when the build was made as `seen`, all of it, and
# built_NAME, which are empty without a build. Contents, not times: clocks are set back, and checkouts are copied. Not
# where nvcc and nvidia-smi are: a shorter PATH, as of cron, is no reason to build again. Asking nvidia-smi can take
# seconds, so that waits until a device comes.
look() {
  sources=$(inputs -type f -exec cksum {} + | LC_ALL=C sort | cksum)
  processor=$({ uname -sm && sed -n '/^flags/{p;q;}' "$system/proc/cpuinfo"; } 2>/dev/null | cksum)
  devices=$(device_files)
  cuda=$(wish "$devices") || die "SGCONV_CUDA is '$SGCONV_CUDA'; expected AUTO, ON or OFF"
  devices=$(echo "$devices" | cksum)
  tier=${SGCONV_CPU_TIER:-}
  case $tier in *[!a-z0-9]*) tier=unknown ;; esac # the library refuses it
  nvcc=unasked
  case $cuda in on | auto) if has_nvcc; then nvcc=found; else nvcc=missing; fi ;; esac
  state="sources $sources
processor $processor
devices $devices
tier $tier
nvcc $nvcc"
  built_sources='' built_processor='' built_devices='' built_tier='' built_nvcc='' built_cuda=''
  seen=$(cat "$built" 2>/dev/null) || seen=
  if [ -r "$jar" ]; then
    while read -r name value; do
      case $name in sources | processor | devices | tier | nvcc | cuda) eval "built_$name=\$value" ;; esac
    done <<END
$seen
END
  fi
}

# Whether the build is the best for what is here. It may have more than is asked for: settings that are gone, as in
# cron, and a device that is gone cost no build.
fits() {
  [ "$built_sources" = "$sources" ] && [ "$built_processor" = "$processor" ] || return 1
  case $tier in '' | "$built_tier") ;; *) return 1 ;; esac
  case $cuda in
    no) return 0 ;;
    off) [ "$built_cuda" = without ] ;;
    on) [ "$built_cuda" = with ] && [ "$built_devices" = "$devices" ] ;;
    auto)
      # Without a library for CUDA only if nothing here could make it, or it could then and was left out.
      [ "$built_devices" = "$devices" ] &&
        case $built_cuda:$built_nvcc:$nvcc in with:* | *:found:* | *:missing:missing) ;; *) false ;; esac
      ;;
  esac
}

# Whether the build will do where no better one can be made; if not, `why` says why not, or is empty without a build.
usable() {
  case $built_sources:$cuda:$built_cuda in
    :*) why= ;;
    "$sources":on:without) why="it was made without CUDA, and SGCONV_CUDA is ON" ;;
    "$sources":off:with) why="it was made with CUDA, and SGCONV_CUDA is OFF" ;;
    "$sources":*) return 0 ;;
    *) why="its sources have changed since" ;;
  esac
  return 1
}
