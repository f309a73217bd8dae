# SPDX-License-Identifier: GPL-3.0-or-later
# flowscent_module(NAME RANK n SOURCES ... [USES modules...] [PRIVATE libs...] [PUBLIC libs...] [QT])
#
# One room of the house is one static library, flowscent::NAME. A module may use modules of a lower rank
# only; a wrong arrow stops the configuration here, where the sentence can be read. Modules under engine/
# never link Qt: that is what keeps `#include <QString>` from compiling there.

define_property(TARGET PROPERTY FLOWSCENT_RANK BRIEF_DOCS "Position of a module in the dependency order")

function(flowscent_module name)
  cmake_parse_arguments(ARG "QT" "RANK" "SOURCES;USES;PRIVATE;PUBLIC" ${ARGN})
  if(NOT DEFINED ARG_RANK)
    message(FATAL_ERROR "Module '${name}' states no RANK.")
  endif()
  cmake_path(RELATIVE_PATH CMAKE_CURRENT_SOURCE_DIR BASE_DIRECTORY "${PROJECT_SOURCE_DIR}" OUTPUT_VARIABLE folder)
  if(ARG_QT AND folder MATCHES "^engine/")
    message(FATAL_ERROR "Module '${name}' lies in engine/, which knows no Qt.")
  endif()

  set(target flowscent_${name})
  add_library(${target} STATIC ${ARG_SOURCES})
  add_library(flowscent::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES FLOWSCENT_RANK ${ARG_RANK})
  if(ARG_QT)
    set_target_properties(${target} PROPERTIES AUTOMOC ON)
    target_link_libraries(${target} PUBLIC flowscent_qt_settings)
  else()
    target_link_libraries(${target} PUBLIC flowscent_settings)
  endif()

  foreach(used IN LISTS ARG_USES)
    if(NOT TARGET flowscent_${used})
      message(FATAL_ERROR "Module '${name}' uses '${used}', which is not defined before it.")
    endif()
    get_target_property(rank flowscent_${used} FLOWSCENT_RANK)
    if(NOT rank LESS ARG_RANK)
      message(FATAL_ERROR "Wrong arrow: '${name}' (rank ${ARG_RANK}) may not use '${used}' (rank ${rank}); "
                          "a module uses lower ranks only. See ARCHITECTURE.md.")
    endif()
    target_link_libraries(${target} PUBLIC flowscent::${used})
  endforeach()
  foreach(library IN LISTS ARG_PRIVATE ARG_PUBLIC)
    if(folder MATCHES "^engine/" AND library MATCHES "^Qt")
      message(FATAL_ERROR "Module '${name}' lies in engine/ and may not link ${library}.")
    endif()
  endforeach()
  target_link_libraries(${target} PUBLIC ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
endfunction()
