# Gives the block transforms one error at a time and expects each of TESTS to fail, but to pass without an error.
#   cmake -DLIBRARY=<folder of the mutated library> -DMUTATIONS="<name>;..." -DTESTS="<program> <argument>;..."
#         -P TransformMutations.cmake
function(run result mutation test)
  separate_arguments(command UNIX_COMMAND "${test}")
  execute_process(
    COMMAND ${CMAKE_COMMAND} -E env LD_LIBRARY_PATH=${LIBRARY} SGCONV_MUTATION=${mutation} ${command}
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output TIMEOUT 120)
  set(${result} "${status}" PARENT_SCOPE)
  string(REGEX MATCH "worst error [^ ]+ of the bound" error "${output}")
  set(${result}_error "${error}" PARENT_SCOPE)
endfunction()

set(problems "")
foreach(test IN LISTS TESTS)
  run(status none "${test}")
  get_filename_component(name "${test}" NAME)
  message(STATUS "${name}: ${status_error} without an error of the transform")
  if(NOT status EQUAL 0)
    list(APPEND problems "${test} fails without an error of the transform: ${status}")
  endif()
  foreach(mutation IN LISTS MUTATIONS)
    run(status ${mutation} "${test}")
    # A test that ends with anything but 1 has not compared results.
    if(status EQUAL 1)
      message(STATUS "${name}: ${status_error} with ${mutation}, noticed")
    else()
      list(APPEND problems "${test} does not notice ${mutation}: ${status}")
    endif()
  endforeach()
endforeach()
if(NOT problems STREQUAL "")
  list(JOIN problems "\n  " text)
  message(FATAL_ERROR "${text}")
endif()
