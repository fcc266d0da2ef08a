# `cmake --install`: the programs, and the client library for find_package(amparo). What needs
# RocksDB or serves others is no part of the library.

include(CMakePackageConfigHelpers)

set(AMPARO_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/amparo)

# What a program that links amparo::amparo_client needs, in the order of dependence.
foreach(target crypto statement directory workflow audit custody proto raw_messages client)
  if(TARGET amparo_${target})
    install(TARGETS amparo_${target} EXPORT amparo-targets
      ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
  endif()
endforeach()

foreach(folder crypto statement directory workflow audit custody client)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/${folder}
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/amparo COMPONENT development
    FILES_MATCHING PATTERN "*.h" PATTERN "cli" EXCLUDE PATTERN "desk" EXCLUDE)
endforeach()

foreach(program amparod amparo amparo-witness)
  if(TARGET ${program})
    install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT programs)
  endif()
endforeach()

if(TARGET amparo_client)
  install(EXPORT amparo-targets NAMESPACE amparo:: FILE amparoTargets.cmake
    DESTINATION ${AMPARO_PACKAGE_DIR} COMPONENT development)
  configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/amparoConfig.cmake.in
    ${PROJECT_BINARY_DIR}/amparoConfig.cmake INSTALL_DESTINATION ${AMPARO_PACKAGE_DIR})
  # Before 1.0 every minor version may break its callers.
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/amparoConfigVersion.cmake
    COMPATIBILITY SameMinorVersion)
  install(FILES ${PROJECT_BINARY_DIR}/amparoConfig.cmake
    ${PROJECT_BINARY_DIR}/amparoConfigVersion.cmake
    DESTINATION ${AMPARO_PACKAGE_DIR} COMPONENT development)
endif()
