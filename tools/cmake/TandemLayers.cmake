# The layers of the build. A layer is a top-level folder with include roots of
# its own, so an include that points up does not compile:
#   tandem_layer(NAME RANK N)   make the roots, then configure the folder
#   tandem_library(...)         a library of the layer being configured
#   tandem_tablegen(...)        generated files of a library
#   tandem_executable(...)      a program; only in tools/ and test/
#   tandem_plugin(...)          a module that mlir-opt loads; only in tools/
#
# "tandem/dialects/Onnx/IR/OnnxOps.h" exists without an include/ folder: a link
# build/include/<layer>/tandem/<layer> leads to the sources, and the layer's
# binary folder build/generated/<layer>/tandem/<layer> has the same spelling.

set(TANDEM_LINK_LLVM MLIR LLVM) # the shared libraries, never the static ones

function(tandem_layer name)
  cmake_parse_arguments(ARG "" "RANK" "" ${ARGN})
  file(MAKE_DIRECTORY "${CMAKE_BINARY_DIR}/include/${name}/tandem")
  file(CREATE_LINK "${CMAKE_SOURCE_DIR}/${name}"
    "${CMAKE_BINARY_DIR}/include/${name}/tandem/${name}" SYMBOLIC)
  set(TANDEM_LAYER ${name})
  set(TANDEM_RANK ${ARG_RANK})
  # TableGen sees its own and lower layers only.
  set(roots ${TANDEM_TABLEGEN_ROOTS}
    "${CMAKE_BINARY_DIR}/include/${name}" "${CMAKE_BINARY_DIR}/generated/${name}")
  set(TANDEM_TABLEGEN_ROOTS ${roots})
  add_subdirectory("${CMAKE_SOURCE_DIR}/${name}"
    "${CMAKE_BINARY_DIR}/generated/${name}/tandem/${name}")
  set(TANDEM_TABLEGEN_ROOTS ${roots} PARENT_SCOPE)
endfunction()

# tandem_tablegen(TARGET FILE.td OUTPUT.inc -gen-... [OUTPUT.inc -gen-...]...)
# makes target TARGET, which libraries name under TABLEGEN.
function(tandem_tablegen target td)
  set(LLVM_TARGET_DEFINITIONS ${td})
  set(flags -I "${MLIR_INCLUDE_DIRS}" -I "${LLVM_INCLUDE_DIRS}")
  foreach(root ${TANDEM_TABLEGEN_ROOTS})
    list(APPEND flags -I "${root}")
  endforeach()
  set(rest ${ARGN})
  set(outputs)
  while(rest)
    list(POP_FRONT rest output generator)
    set(extra)
    while(rest AND "${rest}" MATCHES "^-")
      list(POP_FRONT rest option)
      list(APPEND extra ${option})
    endwhile()
    set(file "${CMAKE_CURRENT_BINARY_DIR}/${output}")
    add_custom_command(OUTPUT "${file}"
      COMMAND "${TANDEM_TBLGEN}" ${generator} ${extra} ${flags}
        "${CMAKE_CURRENT_SOURCE_DIR}/${td}" -o "${file}" -d "${file}.d" --write-if-changed
      DEPFILE "${file}.d" DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${td}"
      COMMENT "tablegen ${output}" VERBATIM)
    list(APPEND outputs "${file}")
  endwhile()
  add_custom_target(${target} DEPENDS ${outputs})
endfunction()

find_program(TANDEM_TBLGEN mlir-tblgen-22 mlir-tblgen
  HINTS "${LLVM_TOOLS_BINARY_DIR}" REQUIRED)

# Of what ships to a serving machine, which need have no C++ library: each object
# has its own, hidden. Exceptions pass no C interface.
set(TANDEM_STATIC_CXX -static-libstdc++ -static-libgcc)

# tandem_library(NAME SOURCES... [DEPS lower or same layer] [LINK other] [TABLEGEN targets]
#                [NO_LLVM] [NO_PCH])
# The layer's precompiled header is Precompiled.h in the layer's folder; of NO_LLVM
# it is the one in the library's own folder, if any.
function(tandem_library name)
  cmake_parse_arguments(ARG "NO_LLVM;NO_PCH" "" "SOURCES;DEPS;LINK;TABLEGEN" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  add_library(Tandem::${name} ALIAS ${name})
  set_target_properties(${name} PROPERTIES TANDEM_RANK "${TANDEM_RANK}")
  tandem_target_setup(${name} ${ARGN})
  if(NOT ARG_NO_LLVM)
    set_property(GLOBAL APPEND PROPERTY TANDEM_MLIR_LIBRARIES ${name})
  endif()
  install(TARGETS ${name} EXPORT TandemTargets ARCHIVE DESTINATION lib)
endfunction()

function(tandem_executable name)
  cmake_parse_arguments(ARG "NO_LLVM;NO_PCH" "" "SOURCES;DEPS;LINK;TABLEGEN" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  # -fPIC instead of -fPIE, or the precompiled header would not fit.
  set_target_properties(${name} PROPERTIES TANDEM_RANK "${TANDEM_RANK}"
    POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(${name} PRIVATE -fPIC)
  tandem_target_setup(${name} ${ARGN})
  set_property(GLOBAL APPEND PROPERTY TANDEM_PROGRAMS ${name}) # what tests need
  if(TANDEM_LAYER STREQUAL "tools")
    install(TARGETS ${name} RUNTIME DESTINATION bin)
  endif()
endfunction()

# A plug-in for the stock mlir-opt; only in tools/.
function(tandem_plugin name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;LINK" ${ARGN})
  add_library(${name} MODULE ${ARG_SOURCES})
  set_target_properties(${name} PROPERTIES TANDEM_RANK "${TANDEM_RANK}" PREFIX "")
  tandem_target_setup(${name} ${ARGN})
  set_property(GLOBAL APPEND PROPERTY TANDEM_PROGRAMS ${name})
  install(TARGETS ${name} LIBRARY DESTINATION lib)
endfunction()

# What libraries and programs share; not called from outside this file.
function(tandem_target_setup name)
  cmake_parse_arguments(ARG "NO_LLVM;NO_PCH" "" "SOURCES;DEPS;LINK;TABLEGEN" ${ARGN})
  foreach(dependency ${ARG_DEPS})
    if(NOT TARGET ${dependency})
      message(FATAL_ERROR "${name} depends on ${dependency}, which does not exist yet: "
        "misspelt, listed later, or in a higher layer")
    endif()
    get_target_property(rank ${dependency} TANDEM_RANK)
    if(rank GREATER TANDEM_RANK)
      message(FATAL_ERROR "${name} depends on ${dependency} of a higher layer")
    endif()
  endforeach()
  get_target_property(type ${name} TYPE)
  set(scope PRIVATE) # of what nothing links
  if(type MATCHES "^(STATIC|SHARED)_LIBRARY$")
    set(scope PUBLIC)
  endif()
  target_compile_options(${name} PRIVATE ${TANDEM_COMPILE_OPTIONS})
  target_include_directories(${name} ${scope}
    "$<BUILD_INTERFACE:${CMAKE_BINARY_DIR}/include/${TANDEM_LAYER}>"
    "$<BUILD_INTERFACE:${CMAKE_BINARY_DIR}/generated/${TANDEM_LAYER}>"
    "$<INSTALL_INTERFACE:include>")
  if(NOT ARG_NO_LLVM)
    target_include_directories(${name} SYSTEM ${scope}
      "$<BUILD_INTERFACE:${MLIR_INCLUDE_DIRS};${LLVM_INCLUDE_DIRS}>")
    target_link_libraries(${name} ${scope} ${TANDEM_LINK_LLVM})
  endif()
  target_link_libraries(${name} ${scope} ${ARG_DEPS} ${ARG_LINK})
  if(ARG_TABLEGEN)
    add_dependencies(${name} ${ARG_TABLEGEN})
    set_property(GLOBAL APPEND PROPERTY TANDEM_TABLEGEN_TARGETS ${ARG_TABLEGEN})
  endif()
  # Headers of lower layers may include generated files.
  get_property(generated GLOBAL PROPERTY TANDEM_TABLEGEN_TARGETS)
  if(generated AND NOT ARG_NO_LLVM)
    add_dependencies(${name} ${generated})
  endif()
  # What stands apart from LLVM has the header of its own folder, or none.
  set(header "${CMAKE_SOURCE_DIR}/${TANDEM_LAYER}/Precompiled.h")
  set(roots ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS})
  if(ARG_NO_LLVM)
    set(header "${CMAKE_CURRENT_SOURCE_DIR}/Precompiled.h")
    set(roots "${TANDEM_JSON_INCLUDE}")
  endif()
  if(EXISTS "${header}" AND NOT ARG_NO_PCH)
    tandem_precompile(${name} "${header}" ${roots})
  endif()
endfunction()

# Compiles `header` once, for all that name it, in an object library of its own;
# further arguments are the include roots of what it includes.
function(tandem_precompile name header)
  cmake_path(GET header PARENT_PATH folder)
  cmake_path(RELATIVE_PATH folder BASE_DIRECTORY "${CMAKE_SOURCE_DIR}")
  string(MAKE_C_IDENTIFIER "${folder}" folder)
  set(owner TandemPrecompiled_${folder})
  if(NOT TARGET ${owner})
    file(WRITE "${CMAKE_BINARY_DIR}/precompiled/${folder}.cpp" "")
    add_library(${owner} OBJECT "${CMAKE_BINARY_DIR}/precompiled/${folder}.cpp")
    target_compile_options(${owner} PRIVATE ${TANDEM_COMPILE_OPTIONS})
    target_include_directories(${owner} SYSTEM PUBLIC ${ARGN})
    target_precompile_headers(${owner} PRIVATE "${header}")
  endif()
  target_precompile_headers(${name} REUSE_FROM ${owner})
endfunction()
