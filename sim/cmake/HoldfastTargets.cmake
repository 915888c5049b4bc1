# SPDX-License-Identifier: Apache-2.0
# One CMake target a room; one GoogleTest program a test file.
include(GoogleTest)

add_library(holdfast_warnings INTERFACE)
# -Wrestrict: GCC 12 warns of its own std::string where an optimised build inlines it (GCC bug 105651).
# -Wstringop-overflow, -Warray-bounds: and of std::vector's insert of a few bytes (GCC bug 107852).
target_compile_options(holdfast_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -Wno-restrict
  -Wno-stringop-overflow -Wno-array-bounds)

# holdfast_library(<name> SOURCES ... [PUBLIC targets...] [PRIVATE targets...] [INCLUDE dir])
function(holdfast_library name)
  cmake_parse_arguments(ARG "" "INCLUDE" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC ${ARG_INCLUDE})
  target_link_libraries(${name} PUBLIC ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE} holdfast_warnings)
endfunction()

# holdfast_test(<name> SOURCES ... [LINK targets...] [TIMEOUT seconds] [LABELS ...] [WHOLE])
# Compiled at -O1: most of a test's time goes into its compilation. There GCC 12 takes the value of
# an empty std::optional for an uninitialised variable.
# Every TEST() becomes a ctest entry; WHOLE makes one entry of the program, for many small cases.
function(holdfast_test name)
  cmake_parse_arguments(ARG "WHOLE" "TIMEOUT" "SOURCES;LINK;LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  if(NOT ARG_LABELS)
    set(ARG_LABELS quick)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_compile_options(${name} PRIVATE -O1 -Wno-maybe-uninitialized)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(${name} PRIVATE ${ARG_LINK} GTest::gmock GTest::gtest_main holdfast_warnings)
  if(ARG_WHOLE)
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}")
  else()
    gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 TEST_PREFIX "${name}."
      PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}")
  endif()
endfunction()
