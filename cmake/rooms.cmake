# One library a room, its sources listed by the directory; tests mirror the rooms.

add_library(tailbound_options INTERFACE)
target_include_directories(tailbound_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(tailbound_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wswitch -Werror -Wno-unused-command-line-argument)
if(TAILBOUND_SANITIZE)
  target_compile_options(tailbound_options INTERFACE
    -fsanitize=${TAILBOUND_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(tailbound_options INTERFACE -fsanitize=${TAILBOUND_SANITIZE})
endif()
if(TAILBOUND_FUZZERS)
  target_compile_options(tailbound_options INTERFACE -fsanitize=fuzzer-no-link)
  target_link_options(tailbound_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

function(tailbound_room name)
  cmake_parse_arguments(ROOM "" "" "LINKS;EXCLUDE" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR} ${name}/*.cpp)
  foreach(folder IN LISTS ROOM_EXCLUDE)
    list(FILTER sources EXCLUDE REGEX "^${folder}/")
  endforeach()
  list(FILTER sources EXCLUDE REGEX "^fuzz/main.cpp$")
  set(links tailbound_options)
  foreach(link IN LISTS ROOM_LINKS)
    if(TARGET room_${link})
      list(APPEND links room_${link})
    else()
      list(APPEND links ${link})
    endif()
  endforeach()
  add_library(room_${name} STATIC ${sources})
  target_link_libraries(room_${name} PUBLIC ${links})
endfunction()

# The subcommands. CLI11 is most of what their compilation costs, and none of it is hot: its header is parsed once, and
# nothing here is optimised.
function(tailbound_command)
  file(GLOB sources CONFIGURE_DEPENDS fuzz/cli/*.cpp)
  add_library(command STATIC ${sources})
  target_compile_options(command PRIVATE -O0)
  target_precompile_headers(command PRIVATE <CLI/CLI.hpp> <nlohmann/json.hpp> <fmt/format.h>)
  target_link_libraries(command PUBLIC room_fuzz)
endfunction()

# Of an inline function that several objects have, the linker keeps the first: the rooms, which are optimised, come whole
# and before the subcommands. The other way round the hot path runs on what -O0 made of its containers.
function(tailbound_link_rooms_first target)
  foreach(room jit gen oracles reports fuzz)
    list(APPEND archives $<TARGET_FILE:room_${room}>)
  endforeach()
  target_link_options(${target} PRIVATE -Wl,--whole-archive ${archives} -Wl,--no-whole-archive)
endfunction()

# Faults for the tests and the benchmark to find.
function(tailbound_planted)
  file(GLOB sources CONFIGURE_DEPENDS tests/planted/*.cpp)
  tailbound_compile_quickly(${sources})
  add_library(planted STATIC ${sources})
  target_link_libraries(planted PUBLIC room_fuzz)
endfunction()

# Under sanitizers a test's own code costs half as much to compile without optimiser and coverage; the rooms have both.
function(tailbound_compile_quickly)
  if(TAILBOUND_SANITIZE)
    set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS "-O0;-fno-sanitize=fuzzer-no-link")
  endif()
endfunction()

# One test binary a room; RapidCheck has no CMake package in Debian.
function(tailbound_tests)
  include(GoogleTest)
  find_library(RAPIDCHECK_LIBRARY rapidcheck REQUIRED)
  file(GLOB support CONFIGURE_DEPENDS tests/support/*.cpp)
  add_library(test_support STATIC ${support})
  target_link_libraries(test_support PUBLIC room_fuzz GTest::gtest)
  target_compile_definitions(test_support PRIVATE TAILBOUND_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  foreach(room jit gen oracles reports fuzz)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS tests/${room}/*.cpp)
    tailbound_compile_quickly(${sources})
    if(sources)
      add_executable(test_${room} ${sources})
      target_link_libraries(test_${room} PRIVATE test_support planted GTest::gtest GTest::gtest_main ${RAPIDCHECK_LIBRARY})
      gtest_discover_tests(test_${room} DISCOVERY_TIMEOUT 60)
    endif()
  endforeach()
endfunction()

function(tailbound_benchmarks)
  file(GLOB sources CONFIGURE_DEPENDS tests/bench/*.cpp)
  if(sources)
    add_executable(tailbound_bench ${sources})
    target_link_libraries(tailbound_bench PRIVATE planted room_fuzz benchmark::benchmark)
  endif()
endfunction()

# A target brings libFuzzer with its main, and some a mutator of their own. Of the room it gets the sources that have
# nothing to do with the command's use of libFuzzer: any object of an archive may be drawn in for an inline function.
function(tailbound_fuzzers)
  add_library(target_parts STATIC
    fuzz/campaign/engines.cpp fuzz/campaign/engine_rows.cpp fuzz/campaign/investigate.cpp fuzz/campaign/schemes.cpp
    fuzz/driver/scenario_mutator.cpp)
  target_link_libraries(target_parts PUBLIC room_gen room_reports room_oracles room_jit fmt::fmt)
  file(GLOB sources CONFIGURE_DEPENDS fuzz/targets/*_fuzzer.cpp)
  foreach(source IN LISTS sources)
    get_filename_component(name ${source} NAME_WE)
    add_executable(${name} ${source})
    target_link_libraries(${name} PRIVATE target_parts)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  endforeach()
  tailbound_leave_comparisons(scenario_fuzzer)
endfunction()

# At the link, since other targets, whose mutators are libFuzzer's, want them traced in the same objects.
function(tailbound_leave_comparisons target)
  target_sources(${target} PRIVATE fuzz/targets/untraced_comparisons.cpp)
  foreach(kind IN ITEMS cmp const_cmp)
    foreach(bytes IN ITEMS 1 2 4 8)
      target_link_options(${target} PRIVATE -Wl,--wrap=__sanitizer_cov_trace_${kind}${bytes})
    endforeach()
  endforeach()
endfunction()
