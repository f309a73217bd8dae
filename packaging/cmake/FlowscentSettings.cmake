# SPDX-License-Identifier: GPL-3.0-or-later
# Compiler settings as interface targets: a module links them, nothing is set globally.

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON) # the torch backend is a plugin that links the same modules
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

find_program(FLOWSCENT_CCACHE ccache)
if(FLOWSCENT_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Without these two, ccache gives up on files that use a precompiled header.
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env CCACHE_SLOPPINESS=pch_defines,time_macros
                                  "${FLOWSCENT_CCACHE}")
endif()

add_library(flowscent_settings INTERFACE)
target_compile_features(flowscent_settings INTERFACE cxx_std_20)
target_include_directories(flowscent_settings INTERFACE "${PROJECT_SOURCE_DIR}")
target_compile_definitions(flowscent_settings INTERFACE FLOWSCENT_VERSION="${PROJECT_VERSION}")
target_compile_options(
  flowscent_settings
  INTERFACE -Wall
            -Wextra
            -Wpedantic
            -Wconversion
            -Wsign-conversion
            -Wshadow
            -Wnon-virtual-dtor
            -Woverloaded-virtual
            -Wold-style-cast
            -Wcast-align
            -Wformat=2
            # Designated initialisers leave the rest to the members' defaults on purpose.
            -Wno-missing-field-initializers
            # Nobody replaces our functions at load time, so the compiler may inline them although the code is
            # position-independent.
            -fno-semantic-interposition
            # GCC 12 sees overlaps in std::string's operator+ that are not there (GCC bug 105651).
            $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)

# Qt without its short keywords, because LibTorch has members called `slots`; see ARCHITECTURE.md.
add_library(flowscent_qt_settings INTERFACE)
target_link_libraries(flowscent_qt_settings INTERFACE flowscent_settings)
target_compile_definitions(
  flowscent_qt_settings INTERFACE QT_NO_KEYWORDS QT_NO_CAST_FROM_ASCII QT_NO_CAST_TO_ASCII
                                  QT_NO_CONTEXTLESS_CONNECT QT_DISABLE_DEPRECATED_BEFORE=0x060400)
