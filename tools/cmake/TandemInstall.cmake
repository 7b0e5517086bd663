# `cmake --install`: programs, headers of every layer under include/tandem, the
# libraries, and TandemConfig.cmake for find_package(Tandem).
include(CMakePackageConfigHelpers)

foreach(layer dialects passes targets)
  install(DIRECTORY "${CMAKE_SOURCE_DIR}/${layer}/" "${CMAKE_BINARY_DIR}/generated/${layer}/tandem/${layer}/"
    DESTINATION include/tandem/${layer}
    FILES_MATCHING PATTERN "*.h" PATTERN "*.td" PATTERN "*.inc"
    PATTERN "CMakeFiles" EXCLUDE PATTERN "detail" EXCLUDE)
endforeach()
install(DIRECTORY "${CMAKE_SOURCE_DIR}/python_bindings/tandem"
  DESTINATION share/tandem/python_bindings PATTERN "__pycache__" EXCLUDE)
install(EXPORT TandemTargets NAMESPACE Tandem:: DESTINATION lib/cmake/Tandem)

get_property(TANDEM_MLIR_LIBRARIES GLOBAL PROPERTY TANDEM_MLIR_LIBRARIES)
configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/TandemConfig.cmake.in"
  "${CMAKE_BINARY_DIR}/TandemConfig.cmake" INSTALL_DESTINATION lib/cmake/Tandem)
write_basic_package_version_file("${CMAKE_BINARY_DIR}/TandemConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_BINARY_DIR}/TandemConfig.cmake" "${CMAKE_BINARY_DIR}/TandemConfigVersion.cmake"
  DESTINATION lib/cmake/Tandem)
