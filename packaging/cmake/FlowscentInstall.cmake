# SPDX-License-Identifier: GPL-3.0-or-later
install(TARGETS flowscent-cli RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
if(TARGET flowscent)
  install(TARGETS flowscent RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endif()
if(TARGET flowscent_learn_torch)
  install(TARGETS flowscent_learn_torch LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}/flowscent")
endif()
install(DIRECTORY resources/models resources/samples DESTINATION "${CMAKE_INSTALL_DATADIR}/flowscent")
