# SGCONV_NATIVE_TIER: the tier that the CPU library would choose on this machine. The same code answers as at run time,
# and anew whenever CMake configures: a build folder may move to another machine.
if(CMAKE_CROSSCOMPILING)
  message(FATAL_ERROR "sgconv: SGCONV_CPU_BUILT_TIERS has 'native', which is unknown when cross-compiling; name tiers")
endif()
unset(sgconv_tier_compiled CACHE)
unset(sgconv_tier_status CACHE)
try_run(
  sgconv_tier_status sgconv_tier_compiled "${CMAKE_BINARY_DIR}/native_tier"
  "${CMAKE_CURRENT_LIST_DIR}/native_tier.cpp"
  CMAKE_FLAGS "-DINCLUDE_DIRECTORIES=${PROJECT_SOURCE_DIR}/native/src"
  COMPILE_OUTPUT_VARIABLE sgconv_tier_output
  RUN_OUTPUT_VARIABLE SGCONV_NATIVE_TIER)
if(NOT sgconv_tier_compiled OR NOT sgconv_tier_status EQUAL 0)
  message(FATAL_ERROR "sgconv: cannot ask this processor what it has (${sgconv_tier_status}): ${sgconv_tier_output}"
                      "${SGCONV_NATIVE_TIER}; name the tiers in SGCONV_CPU_BUILT_TIERS, or take all")
endif()
string(STRIP "${SGCONV_NATIVE_TIER}" SGCONV_NATIVE_TIER)
