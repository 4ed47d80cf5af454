# One folder below src/ is one library. A library's headers live under an include root of its own, so a
# source file reaches only the libraries that its own library links: a wrong include does not build.

# cellblock_library(NAME SOURCES a.cc ... [DEPENDS base sys ...])
function(cellblock_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS;SYSTEM" ${ARGN})
  set(root ${CMAKE_BINARY_DIR}/include/${name})
  file(MAKE_DIRECTORY ${root})
  if(NOT EXISTS ${root}/${name})  # remade while another compiler runs, it would vanish under it
    file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${root}/${name} SYMBOLIC)
  endif()
  if(arg_SOURCES)
    add_library(cb_${name} STATIC ${arg_SOURCES})
    set(scope PUBLIC)
  else()
    add_library(cb_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(cb_${name} ${scope} ${root})
  foreach(dep ${arg_DEPENDS})
    target_link_libraries(cb_${name} ${scope} cb_${dep})
  endforeach()
  target_link_libraries(cb_${name} ${scope} ${arg_SYSTEM})
endfunction()

# cellblock_program(NAME SOURCES main.cc ... DEPENDS conf apply ... [DESTINATION sbin]): statically linked
# unless sanitized, installed in DESTINATION (default: bin).
function(cellblock_program name)
  cmake_parse_arguments(arg "" "DESTINATION" "SOURCES;DEPENDS;SYSTEM" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  foreach(dep ${arg_DEPENDS})
    target_link_libraries(${name} PRIVATE cb_${dep})
  endforeach()
  target_link_libraries(${name} PRIVATE ${arg_SYSTEM})
  if(CELLBLOCK_STATIC)
    target_link_options(${name} PRIVATE -static)
  endif()
  if(NOT arg_DESTINATION)
    set(arg_DESTINATION ${CMAKE_INSTALL_BINDIR})
  endif()
  install(TARGETS ${name} RUNTIME DESTINATION ${arg_DESTINATION})
  add_dependencies(programs ${name})
endfunction()

# cellblock_layer_wanted(LAYER RESULT): does this build tree have the tests of LAYER (CELLBLOCK_LAYERS)?
function(cellblock_layer_wanted layer result)
  if(BUILD_TESTING AND layer IN_LIST CELLBLOCK_LAYERS)
    set(${result} TRUE PARENT_SCOPE)
  else()
    set(${result} FALSE PARENT_SCOPE)
  endif()
endfunction()

# What every test of ours has: its layer as label, and 77 for "skipped, and said why".
function(cellblock_test_properties name layer)
  set_tests_properties(${name} PROPERTIES LABELS ${layer} SKIP_RETURN_CODE 77 TIMEOUT 300)
endfunction()

# Tests that make jails run on a host of their own each (tests/isolate), so that they need no turns.
function(cellblock_wrapper layer result)
  if(layer MATCHES "kernel|replay")
    set(${result} ${CMAKE_SOURCE_DIR}/tests/isolate PARENT_SCOPE)
  else()
    set(${result} "" PARENT_SCOPE)
  endif()
endfunction()

# cellblock_test(NAME SOURCES a_test.cc ... DEPENDS conf ... [LABEL layer]): a googletest program, ctest
# label "unit" if not told.
function(cellblock_test name)
  cmake_parse_arguments(arg "" "LABEL" "SOURCES;DEPENDS;SYSTEM" ${ARGN})
  if(NOT arg_LABEL)
    set(arg_LABEL unit)
  endif()
  cellblock_layer_wanted(${arg_LABEL} wanted)
  if(NOT wanted)
    return()
  endif()
  add_executable(${name} ${arg_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  foreach(dep ${arg_DEPENDS})
    target_link_libraries(${name} PRIVATE cb_${dep})
  endforeach()
  target_link_libraries(${name} PRIVATE ${arg_SYSTEM} gmock gtest gtest_main)
  cellblock_wrapper(${arg_LABEL} wrapper)
  add_test(NAME ${name} COMMAND ${wrapper} $<TARGET_FILE:${name}>)
  cellblock_test_properties(${name} ${arg_LABEL})
endfunction()

# cellblock_command_test(NAME LABEL layer COMMAND program args...): a test that is a command; the programs
# just built come first in its PATH.
function(cellblock_command_test name)
  cmake_parse_arguments(arg "" "LABEL" "COMMAND" ${ARGN})
  cellblock_layer_wanted(${arg_LABEL} wanted)
  if(NOT wanted)
    return()
  endif()
  cellblock_wrapper(${arg_LABEL} wrapper)
  add_test(NAME ${name} COMMAND ${wrapper} ${arg_COMMAND})
  cellblock_test_properties(${name} ${arg_LABEL})
  set_tests_properties(${name} PROPERTIES
    ENVIRONMENT "CELLBLOCK_BUILD=${CMAKE_BINARY_DIR};CELLBLOCK_SOURCE=${CMAKE_SOURCE_DIR}"
    ENVIRONMENT_MODIFICATION "PATH=path_list_prepend:${CMAKE_BINARY_DIR}/bin")
endfunction()

# cellblock_fuzzer(NAME SOURCES x_fuzz.cc ... DEPENDS conf ...): SOURCES define LLVMFuzzerTestOneInput. With
# CELLBLOCK_FUZZ it becomes a libFuzzer program; in other trees the same function is run once over every file
# of the folder NAME beside the sources, so that what a fuzzer once found stays tested.
function(cellblock_fuzzer name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS;SYSTEM" ${ARGN})
  cellblock_layer_wanted(fuzz wanted)
  if(CELLBLOCK_FUZZ)
    add_executable(fuzz_${name} ${arg_SOURCES})
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  elseif(wanted)
    add_executable(fuzz_${name} ${arg_SOURCES} ${CMAKE_SOURCE_DIR}/tests/fuzz/replay_main.cc)
    add_test(NAME fuzz.${name} COMMAND fuzz_${name} ${CMAKE_CURRENT_SOURCE_DIR}/${name})
    cellblock_test_properties(fuzz.${name} fuzz)
  else()
    return()
  endif()
  set_target_properties(fuzz_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  foreach(dep ${arg_DEPENDS})
    target_link_libraries(fuzz_${name} PRIVATE cb_${dep})
  endforeach()
  target_link_libraries(fuzz_${name} PRIVATE ${arg_SYSTEM})
endfunction()
