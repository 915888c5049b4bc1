# SPDX-License-Identifier: Apache-2.0
# One CMake target a room; one GoogleTest program a test file.
include(GoogleTest)

add_library(holdfast_warnings INTERFACE)
# -Wrestrict: GCC 12 warns of its own std::string where an optimised build inlines it (GCC bug 105651).
# -Wstringop-overflow, -Warray-bounds: and of std::vector's insert of a few bytes (GCC bug 107852).
target_compile_options(holdfast_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -Wno-restrict
  -Wno-stringop-overflow -Wno-array-bounds)

holdfast_precompiled(precompiled_library)
holdfast_precompiled(precompiled_test PIE HEADERS ${HOLDFAST_TEST_HEADERS} OPTIONS -O0
  LINK GTest::gmock)
holdfast_precompiled(precompiled_rtl_test PIE HEADERS ${HOLDFAST_TEST_HEADERS} OPTIONS -O1
  LINK GTest::gmock)

# holdfast_library(<name> SOURCES ... [PUBLIC targets...] [PRIVATE targets...] [INCLUDE dir])
function(holdfast_library name)
  cmake_parse_arguments(ARG "" "INCLUDE" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC ${ARG_INCLUDE})
  target_link_libraries(${name} PUBLIC ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE} holdfast_warnings)
  holdfast_reads_precompiled(${name} precompiled_library)
endfunction()

# Files around CLI11, which is much code for a command line: at -O3 GCC takes half a minute for one.
function(holdfast_parses_options)
  set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS "-O1;-Wno-maybe-uninitialized")
endfunction()

# holdfast_test(<name> SOURCES ... [LINK targets...] [TIMEOUT seconds] [LABELS ...] [WHOLE])
# Most of a test's time goes into its compilation: -O1, where GCC 12 takes the value of an empty
# std::optional for an uninitialised variable; with HOLDFAST_PCH -O0, but beside a model of RTL.
# Every TEST() becomes a ctest entry; WHOLE makes one entry of the program, for many small cases.
function(holdfast_test name)
  cmake_parse_arguments(ARG "WHOLE" "TIMEOUT" "SOURCES;LINK;LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  if(NOT ARG_LABELS)
    set(ARG_LABELS quick)
  endif()
  set(optimise -O1)
  set(precompiled precompiled_rtl_test)
  set(rtl ${ARG_LINK})
  list(FILTER rtl INCLUDE REGEX "_model$|^dma_bench|^lockstep|^sim_(verilated|stream_card|systemc)")
  list(REMOVE_ITEM rtl sim_model)
  if(HOLDFAST_PCH AND NOT rtl)
    set(optimise -O0)
    set(precompiled precompiled_test)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_compile_options(${name} PRIVATE ${optimise} -Wno-maybe-uninitialized)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(${name} PRIVATE ${ARG_LINK} GTest::gmock GTest::gtest_main holdfast_warnings)
  holdfast_reads_precompiled(${name} ${precompiled})
  if(ARG_WHOLE)
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}")
  else()
    gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 TEST_PREFIX "${name}."
      PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}")
  endif()
endfunction()
