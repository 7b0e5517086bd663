# Clang 22 and lld 22 unless the user chose otherwise; included before project().

if(NOT CMAKE_CXX_COMPILER AND NOT DEFINED ENV{CXX} AND NOT CMAKE_TOOLCHAIN_FILE)
  find_program(TANDEM_CLANG clang-22)
  find_program(TANDEM_CLANGXX clang++-22)
  find_program(TANDEM_LLD ld.lld-22)
  mark_as_advanced(TANDEM_CLANG TANDEM_CLANGXX TANDEM_LLD)
  if(NOT TANDEM_CLANG OR NOT TANDEM_CLANGXX OR NOT TANDEM_LLD)
    message(FATAL_ERROR "clang-22 or lld-22 is missing: run tools/dev/setup.sh, "
      "or choose a compiler with -DCMAKE_CXX_COMPILER")
  endif()
  set(CMAKE_C_COMPILER "${TANDEM_CLANG}")
  set(CMAKE_CXX_COMPILER "${TANDEM_CLANGXX}")
  foreach(kind EXE SHARED MODULE)
    set(CMAKE_${kind}_LINKER_FLAGS_INIT "-fuse-ld=lld-22")
  endforeach()
endif()
