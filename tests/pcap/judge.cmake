# SPDX-License-Identifier: Apache-2.0
# holdfast_judge(<name> SCRIPT x_test.py [CARDS soft verilated])
#
# Runs a Python judge against holdfast-replay, once a card. The soft card's runs are quick.
if(NOT DEFINED HOLDFAST_TOOLS)
  set(HOLDFAST_TOOLS ${CMAKE_SOURCE_DIR}/build/tools)
endif()

function(holdfast_judge name)
  cmake_parse_arguments(ARG "" "SCRIPT" "CARDS" ${ARGN})
  if(NOT ARG_CARDS)
    set(ARG_CARDS soft verilated)
  endif()
  foreach(card ${ARG_CARDS})
    if(card STREQUAL "verilated" AND NOT TARGET sim_verilated)
      continue()
    endif()
    set(labels judge)
    if(card STREQUAL "soft")
      list(APPEND labels quick)
    endif()
    add_test(NAME judge.${name}.${card}
      COMMAND ${HOLDFAST_TOOLS}/bin/python -B ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_SCRIPT}
        $<TARGET_FILE:holdfast-replay> ${card}:)
    set_tests_properties(judge.${name}.${card} PROPERTIES TIMEOUT 1500 LABELS "${labels}")
  endforeach()
endfunction()
