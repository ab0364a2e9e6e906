# libFuzzer as a library, without its main: `tailbound fuzz` calls its driver. It comes with clang's runtime
# (libclang-rt-19-dev) and needs no instrumentation: a release build guides it by counters of its own.

execute_process(
  COMMAND ${CMAKE_CXX_COMPILER} --print-file-name=libclang_rt.fuzzer_no_main-${CMAKE_SYSTEM_PROCESSOR}.a
  OUTPUT_VARIABLE TAILBOUND_LIBFUZZER OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
if(NOT EXISTS "${TAILBOUND_LIBFUZZER}")
  message(FATAL_ERROR "libFuzzer's library was not found: '${TAILBOUND_LIBFUZZER}'; the package is libclang-rt-19-dev")
endif()
