# Finds the packaged LLVM and MLIR 22 and sets what every target shares.

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

# find_package(MLIR 22) is refused by the package (exact-version file), so the
# version is checked here.
find_package(MLIR REQUIRED CONFIG PATHS /usr/lib/llvm-22/lib/cmake/mlir)
if(NOT LLVM_VERSION_MAJOR EQUAL 22)
  message(FATAL_ERROR "Tandem needs LLVM 22, found ${LLVM_PACKAGE_VERSION}: "
    "install llvm-22-dev and libmlir-22-dev (tools/dev/setup.sh does)")
endif()
list(APPEND CMAKE_MODULE_PATH "${MLIR_CMAKE_DIR}" "${LLVM_CMAKE_DIR}")
include(TableGen)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
# An installed program finds the packaged libMLIR.so, and ours beside it.
set(CMAKE_INSTALL_RPATH "$ORIGIN/../lib")
set(CMAKE_INSTALL_RPATH_USE_LINK_PATH ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")

# Flags of every target; RTTI as the packages have it.
set(TANDEM_COMPILE_OPTIONS -Wall -Wextra -Wno-unused-parameter -ffp-contract=off)
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  list(APPEND TANDEM_COMPILE_OPTIONS -fpch-instantiate-templates)
endif()
if(LLVM_ENABLE_RTTI)
  list(APPEND TANDEM_COMPILE_OPTIONS -frtti)
else()
  list(APPEND TANDEM_COMPILE_OPTIONS -fno-rtti)
endif()
