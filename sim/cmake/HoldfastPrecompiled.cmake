# SPDX-License-Identifier: Apache-2.0
# The standard library and GoogleTest are read once for each set of compiler flags, not once a file.
# ./dev leaves it off. What a file includes it still names itself: a build without it finds what is
# missing.
option(HOLDFAST_PCH "Precompile the headers of the standard library and of GoogleTest (for GCC)" OFF)

# ccache looks at no file that reads a precompiled header, unless it is told that no header says
# what a macro was (ours are headers of other people).
set(HOLDFAST_PCH_CCACHE CCACHE_SLOPPINESS=pch_defines,time_macros)
if(HOLDFAST_PCH AND CMAKE_CXX_COMPILER_LAUNCHER MATCHES "ccache$")
  list(PREPEND CMAKE_CXX_COMPILER_LAUNCHER env ${HOLDFAST_PCH_CCACHE})
endif()

set(HOLDFAST_STD_HEADERS <algorithm> <array> <bit> <charconv> <chrono> <compare> <concepts> <cstddef>
  <cstdint> <cstring> <deque> <filesystem> <functional> <iterator> <limits> <map> <memory> <numeric>
  <optional> <ranges> <set> <span> <string> <string_view> <tuple> <type_traits> <unordered_map>
  <utility> <variant> <vector> <tl/expected.hpp>)
set(HOLDFAST_TEST_HEADERS <gmock/gmock.h> <gtest/gtest.h> <fstream> <random> <sstream>)

# holdfast_precompiled(<name> [PIE] [HEADERS more...] [OPTIONS flags...] [LINK targets...])
# Flags must be those of the targets that read it; PIE is for executables.
function(holdfast_precompiled name)
  cmake_parse_arguments(ARG "PIE" "" "HEADERS;OPTIONS;LINK" ${ARGN})
  if(NOT HOLDFAST_PCH)
    return()
  endif()
  set(source ${CMAKE_BINARY_DIR}/precompiled/empty.cc)
  if(NOT EXISTS ${source})
    file(WRITE ${source} "")
  endif()
  add_library(${name} OBJECT ${source})
  if(ARG_PIE)
    set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    list(APPEND ARG_OPTIONS -fPIE)
  endif()
  target_compile_options(${name} PRIVATE ${ARG_OPTIONS})
  target_link_libraries(${name} PRIVATE tl::expected ${ARG_LINK} holdfast_warnings)
  target_precompile_headers(${name} PRIVATE ${HOLDFAST_STD_HEADERS} ${ARG_HEADERS})
endfunction()

# holdfast_reads_precompiled(<target> <name>)
function(holdfast_reads_precompiled target name)
  if(HOLDFAST_PCH)
    target_precompile_headers(${target} REUSE_FROM ${name})
  endif()
endfunction()
