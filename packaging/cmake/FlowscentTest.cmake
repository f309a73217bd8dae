# SPDX-License-Identifier: GPL-3.0-or-later
# flowscent_test(name SOURCES ... [USES modules...] [LIBRARIES ...] [LABELS ...] [GUI])
#
# One Qt Test program per thing under test. GUI programs run with the platform that FLOWSCENT_TEST_PLATFORM names
# (offscreen unless packaging/test has started an X server).

set(FLOWSCENT_TEST_PLATFORM offscreen CACHE STRING "Qt platform plugin for tests with widgets")

function(flowscent_test name)
  cmake_parse_arguments(ARG "GUI" "" "SOURCES;USES;LIBRARIES;LABELS" ${ARGN})
  string(REPLACE "." "_" target "test_${name}")
  add_executable(${target} ${ARG_SOURCES})
  set_target_properties(${target} PROPERTIES AUTOMOC ON RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
  list(TRANSFORM ARG_USES PREPEND "flowscent::")
  target_link_libraries(${target} PRIVATE flowscent_qt_settings ${ARG_USES} ${ARG_LIBRARIES} Qt6::Test)
  target_compile_definitions(
    ${target} PRIVATE FLOWSCENT_SOURCE_DIR="${PROJECT_SOURCE_DIR}" FLOWSCENT_BINARY_DIR="${CMAKE_BINARY_DIR}")
  add_test(NAME ${name} COMMAND ${target} -maxwarnings 100000)
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT 300)
  if(ARG_GUI)
    set_property(TEST ${name} APPEND PROPERTY ENVIRONMENT "QT_QPA_PLATFORM=${FLOWSCENT_TEST_PLATFORM}")
  endif()
endfunction()
