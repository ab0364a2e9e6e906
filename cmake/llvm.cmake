# LLVM MC for oracles/disasm, linked from its archives: loading the shared library would cost every start 35 ms
# (docs/adr/llvm-archives.md). Only the sources of that room see the headers.

find_program(LLVM_CONFIG NAMES llvm-config-19 REQUIRED)

function(tailbound_llvm_config variable)
  execute_process(COMMAND ${LLVM_CONFIG} ${ARGN} OUTPUT_VARIABLE output OUTPUT_STRIP_TRAILING_WHITESPACE
                  COMMAND_ERROR_IS_FATAL ANY)
  set(${variable} "${output}" PARENT_SCOPE)
endfunction()

function(tailbound_use_llvm target folder)
  tailbound_llvm_config(include --includedir)
  tailbound_llvm_config(archives --link-static --libfiles
    x86asmparser x86disassembler aarch64asmparser aarch64disassembler)
  separate_arguments(archives)
  file(GLOB sources CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR} ${folder}/*.cpp)
  set_source_files_properties(${sources} PROPERTIES COMPILE_OPTIONS "-isystem;${include}")
  # What LLVM's own support library compresses with; present wherever LLVM is, without their headers.
  target_link_libraries(${target} PRIVATE ${archives} -l:libz.so.1 -l:libzstd.so.1)
endfunction()
