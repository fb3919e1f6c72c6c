# sgconv_package(<target>...): links shared libraries with what they need of the C++ library inside them, so that they
# run where that is older or absent, and installs them twice. They carry no version in their names: the
# loader knows one name and checks the ABI version, and a NAR would pack every symbolic link as a copy.
#  component `resources`: org/sgconv/native/<platform>/, with natives.properties that lists version, hashes and what was left out
#  component `nar`:       aol/<AOL>/lib/shared/ and aol/<AOL>/include/
include_guard(GLOBAL)

set(SGCONV_RESOURCE_FOLDER "org/sgconv/native/${SGCONV_PLATFORM}")

# What gets installed, without the tests and the emulated device.
add_custom_target(sgconv_packaged)

function(sgconv_package)
  add_dependencies(sgconv_packaged ${ARGN})
  foreach(library IN LISTS ARGN)
    if(CMAKE_SYSTEM_NAME STREQUAL "Linux" AND NOT SGCONV_SANITIZE)
      target_link_options(${library} PRIVATE -static-libstdc++ -Wl,--exclude-libs,ALL,--gc-sections)
    endif()
    install(TARGETS ${library} LIBRARY DESTINATION ${SGCONV_RESOURCE_FOLDER} COMPONENT resources)
    install(TARGETS ${library} LIBRARY DESTINATION aol/${SGCONV_AOL}/lib/shared COMPONENT nar)
  endforeach()
endfunction()

# To be called once, after every sgconv_package.
function(sgconv_finish_packaging include_folder)
  install(DIRECTORY ${include_folder}/ DESTINATION aol/${SGCONV_AOL}/include COMPONENT nar)
  set(absence "")
  if(NOT SGCONV_CUDA_ENABLED)
    set(absence "${SGCONV_CUDA_ABSENCE}")
  endif()
  set(decided OFF)
  if(SGCONV_CUDA STREQUAL "OFF")
    set(decided ON)
  endif()
  install(
    CODE "set(SGCONV_VERSION [[${SGCONV_VERSION}]])
          set(SGCONV_RESOURCE_FOLDER [[${SGCONV_RESOURCE_FOLDER}]])
          set(SGCONV_CUDA_ABSENCE [[${absence}]])
          set(SGCONV_CUDA_DECIDED ${decided})
          include([[${CMAKE_SOURCE_DIR}/cmake/NativesProperties.cmake]])"
    COMPONENT resources)
endfunction()
