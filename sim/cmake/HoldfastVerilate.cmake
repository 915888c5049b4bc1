# SPDX-License-Identifier: Apache-2.0
# holdfast_verilate(<target> TOP <module> [PARAMS Name=Value ...] [SYSTEMC] [COVERAGE] [NO_ASSERT]
#                   [POWER_UP] [FAST])
#
# Makes a static library of one RTL module with Verilator. The class is `V<target>`, its header
# "V<target>.h". Modules are found by name in the rooms below rtl/; packages are given first. A top
# that only tests have stands beside the CMakeLists.txt that calls this.
# With POWER_UP nothing is 0 before reset: the model's context says what it is (randReset).
# FAST is for a card that many cycles are simulated of: g++ takes a fifth longer and the cycles less.
# Assertions are on unless NO_ASSERT. The Verilator runtime is compiled once, not once a model.
find_program(HOLDFAST_VERILATOR verilator REQUIRED)
find_program(HOLDFAST_CCACHE ccache)
find_program(HOLDFAST_MAKE NAMES gmake make REQUIRED)
execute_process(COMMAND ${HOLDFAST_VERILATOR} --getenv VERILATOR_ROOT
  OUTPUT_VARIABLE HOLDFAST_VERILATOR_ROOT OUTPUT_STRIP_TRAILING_WHITESPACE)

set(HOLDFAST_RTL_ROOMS common csr crypto sad net esp pcie dma top)
set(HOLDFAST_RTL ${CMAKE_SOURCE_DIR}/rtl)
set(HOLDFAST_VERILATOR_SEARCH "")
foreach(room ${HOLDFAST_RTL_ROOMS})
  list(APPEND HOLDFAST_VERILATOR_SEARCH -y ${HOLDFAST_RTL}/${room} +incdir+${HOLDFAST_RTL}/${room})
endforeach()
# Packages in dependency order: one list for simulation, lint and synthesis.
file(STRINGS ${HOLDFAST_RTL}/packages.f HOLDFAST_RTL_PACKAGES REGEX "^[^#]")
list(TRANSFORM HOLDFAST_RTL_PACKAGES PREPEND ${HOLDFAST_RTL}/)
set(HOLDFAST_LINT_FLAGS -Wall ${HOLDFAST_RTL}/lint_waivers.vlt)

add_library(verilated_runtime STATIC
  ${HOLDFAST_VERILATOR_ROOT}/include/verilated.cpp
  ${HOLDFAST_VERILATOR_ROOT}/include/verilated_cov.cpp
  ${HOLDFAST_VERILATOR_ROOT}/include/verilated_threads.cpp)
target_include_directories(verilated_runtime SYSTEM PUBLIC
  ${HOLDFAST_VERILATOR_ROOT}/include ${HOLDFAST_VERILATOR_ROOT}/include/vltstd)
find_package(Threads REQUIRED)
target_link_libraries(verilated_runtime PUBLIC Threads::Threads)

function(holdfast_verilate target)
  cmake_parse_arguments(ARG "SYSTEMC;COVERAGE;NO_ASSERT;POWER_UP;FAST" "TOP" "PARAMS" ${ARGN})
  set(dir ${CMAKE_BINARY_DIR}/verilated/${target})
  set(flags --cc)
  if(ARG_SYSTEMC)
    set(flags --sc)
  endif()
  if(ARG_COVERAGE)
    list(APPEND flags --coverage-line --coverage-user)
  endif()
  if(NOT ARG_NO_ASSERT)
    list(APPEND flags --assert)
  endif()
  set(optimise -O1)
  if(ARG_FAST)
    set(optimise -O2)
  endif()
  set(initial fast)
  if(ARG_POWER_UP)
    set(initial unique)
  endif()
  foreach(param ${ARG_PARAMS})
    list(APPEND flags -G${param})
  endforeach()
  set(launcher "")
  if(HOLDFAST_CCACHE)
    set(launcher OBJCACHE=${HOLDFAST_CCACHE})
  endif()
  set(precompiled "")
  if(HOLDFAST_PCH)
    set(precompiled -f ${CMAKE_SOURCE_DIR}/sim/cmake/verilated_headers.mk)
    list(TRANSFORM launcher REPLACE "=" "=env ${HOLDFAST_PCH_CCACHE} ")
  endif()
  file(GLOB top_file ${HOLDFAST_RTL}/*/${ARG_TOP}.sv ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_TOP}.sv)
  file(MAKE_DIRECTORY ${dir})
  add_custom_command(
    OUTPUT ${dir}/libV${target}.a
    BYPRODUCTS ${dir}/V${target}.h
    COMMAND ${HOLDFAST_VERILATOR} ${flags} -O3 --x-assign ${initial} --x-initial ${initial}
      --output-split 5000 --prefix V${target} --top-module ${ARG_TOP} --Mdir ${dir}
      ${HOLDFAST_LINT_FLAGS} ${HOLDFAST_VERILATOR_SEARCH} ${HOLDFAST_RTL_PACKAGES}
      ${top_file}
    COMMAND ${HOLDFAST_MAKE} -s -C ${dir} -f V${target}.mk ${precompiled} ${launcher}
      "OPT_FAST=${optimise}" "OPT_SLOW=-O0" "OPT_GLOBAL=-O2"
      "USER_CPPFLAGS=-fPIC -std=c++20 -DSC_CPLUSPLUS=201703L" V${target}__ALL.a
    COMMAND ${CMAKE_COMMAND} -E copy ${dir}/V${target}__ALL.a ${dir}/libV${target}.a
    # What Verilator read, with the library as the target instead of Verilator's own files.
    COMMAND sed -e "s#^.*V${target}\\.mk[^:]*: #${dir}/libV${target}.a: #"
      ${dir}/V${target}__ver.d > ${dir}/V${target}.d
    DEPENDS ${top_file} ${HOLDFAST_RTL}/packages.f ${HOLDFAST_RTL}/lint_waivers.vlt
    DEPFILE ${dir}/V${target}.d
    COMMENT "Verilating ${ARG_TOP} as V${target}"
    VERBATIM)
  add_custom_target(${target}_verilate DEPENDS ${dir}/libV${target}.a)
  add_library(${target} INTERFACE)
  add_dependencies(${target} ${target}_verilate)
  target_include_directories(${target} SYSTEM INTERFACE ${dir})
  target_link_libraries(${target} INTERFACE ${dir}/libV${target}.a verilated_runtime)
endfunction()
