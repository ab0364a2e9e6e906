# The tests of jit and of the engines, for another arch: what needs the standard library alone, or a library of which
# headers are enough. Debian has GoogleTest's sources; there is no RapidCheck, LLVM, Z3, GMP or libbpf for another arch
# without multi-arch, so what uses them is left out: tests that draw with RapidCheck, the kernel's loader, and of the
# oracles all but the model and the checks that engines are held against.

set(GTEST_SOURCE /usr/src/googletest/googletest CACHE PATH "GoogleTest's sources (libgtest-dev)")
if(NOT EXISTS ${GTEST_SOURCE}/src/gtest-all.cc)
  message(FATAL_ERROR "GoogleTest's sources are not in ${GTEST_SOURCE}; the package is libgtest-dev")
endif()
add_library(gtest_cross STATIC ${GTEST_SOURCE}/src/gtest-all.cc ${GTEST_SOURCE}/src/gtest_main.cc)
target_include_directories(gtest_cross SYSTEM PUBLIC ${GTEST_SOURCE}/include PRIVATE ${GTEST_SOURCE})

# Of these two the headers alone, not the host's others.
set(headers ${CMAKE_BINARY_DIR}/include)
file(MAKE_DIRECTORY ${headers})
foreach(library fmt nlohmann)
  file(CREATE_LINK /usr/include/${library} ${headers}/${library} SYMBOLIC)
endforeach()

file(GLOB_RECURSE sources CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR} jit/*.cpp gen/*.cpp oracles/model/*.cpp
  oracles/engine/*.cpp)
list(FILTER sources EXCLUDE REGEX "^oracles/engine/(kernel|vm|runner)/|^oracles/model/closed_form.cpp|^gen/(mutate|reduce|extreme)/")
list(APPEND sources oracles/observation.cpp oracles/verdict.cpp oracles/check/run_checks.cpp
  oracles/check/same_behaviour.cpp oracles/check/machine_stack.cpp)
add_library(rooms_cross STATIC ${sources})
target_include_directories(rooms_cross PUBLIC ${CMAKE_SOURCE_DIR})
target_include_directories(rooms_cross SYSTEM PUBLIC ${headers})
target_compile_definitions(rooms_cross PUBLIC FMT_HEADER_ONLY)
target_compile_options(rooms_cross PUBLIC -Wall -Wextra -Wshadow -Wno-attributes -Wno-missing-field-initializers)

# A machine of this arch would need no runner: tests of the runner belong to the others.
file(GLOB_RECURSE tests CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR} tests/jit/*.cpp tests/oracles/engine/native/*.cpp)
list(REMOVE_ITEM tests tests/oracles/engine/native/test_remote_machine.cpp)
set(left_out)
foreach(test IN LISTS tests)
  file(STRINGS ${test} draws REGEX "rapidcheck|random_insn.hpp|scenario_bytes.hpp|tests/insns/")
  if(draws)
    list(APPEND left_out ${test})
  endif()
endforeach()
list(REMOVE_ITEM tests ${left_out})
list(LENGTH left_out count)
message(STATUS "Left out, since they draw with RapidCheck: ${count} test files")
add_executable(test_cross ${tests} tests/support/source_dir.cpp
  tests/support/golden.cpp)
target_compile_definitions(test_cross PRIVATE TAILBOUND_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
target_link_libraries(test_cross PRIVATE rooms_cross gtest_cross)
