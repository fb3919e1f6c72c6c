# SGCONV_PLATFORM: <system>-<processor>, the folder of a library in the jar.
# SGCONV_AOL: architecture-os-linker, the name of the same thing in a NAR.
string(TOLOWER "${CMAKE_SYSTEM_NAME}" sgconv_system)
if(sgconv_system STREQUAL "darwin")
  set(sgconv_system "macos")
endif()

string(TOLOWER "${CMAKE_SYSTEM_PROCESSOR}" sgconv_processor)
if(sgconv_processor MATCHES "^(x86_64|amd64)$")
  set(sgconv_processor "x86_64")
  set(sgconv_nar_architecture "amd64")
elseif(sgconv_processor MATCHES "^(aarch64|arm64)$")
  set(sgconv_processor "aarch64")
  set(sgconv_nar_architecture "aarch64")
else()
  message(FATAL_ERROR "sgconv: processor '${CMAKE_SYSTEM_PROCESSOR}' is not supported; expected x86_64 or "
                      "aarch64. Build pure Java with -Dsgconv.native.skip")
endif()

set(SGCONV_PLATFORM "${sgconv_system}-${sgconv_processor}")
set(SGCONV_AOL "${sgconv_nar_architecture}-${CMAKE_SYSTEM_NAME}-gpp")
