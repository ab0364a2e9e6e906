# The static program that guests of engine vm run as /init, built for both architectures and carried inside the command.
# Without a compiler for one of them its guests are unavailable, with the reason.

set(TAILBOUND_ARM64_COMPILER aarch64-linux-gnu-g++)

# What init is made of: all of it system calls and the standard library.
function(tailbound_init_sources into)
  file(GLOB sources CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR} oracles/engine/vm/init/*.cpp)
  list(APPEND sources oracles/engine/vm/frame.cpp)
  foreach(name job live_map program_info runner syscall why_no_bpf)
    list(APPEND sources oracles/engine/kernel/${name}.cpp)
  endforeach()
  set(${into} ${sources} PARENT_SCOPE)
endfunction()

function(tailbound_guest_init architecture compiler)
  string(TOUPPER ${architecture} upper)
  tailbound_init_sources(sources)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS oracles/engine/vm/*.hpp oracles/engine/kernel/*.hpp)
  set(program ${CMAKE_BINARY_DIR}/guest/init-${architecture})
  add_custom_command(OUTPUT ${program}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/guest
    COMMAND ${compiler} -std=c++23 -O2 -static -s -Wall -Wextra -Werror -I${CMAKE_SOURCE_DIR} -o ${program} ${sources}
    DEPENDS ${sources} ${headers}
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
    COMMENT "init of ${architecture} guests" VERBATIM)
  add_custom_target(guest_init_${architecture} DEPENDS ${program})
  add_dependencies(room_oracles guest_init_${architecture})
  set_property(SOURCE oracles/engine/vm/init_program.cpp APPEND PROPERTY OBJECT_DEPENDS ${program})
  set_property(SOURCE oracles/engine/vm/init_program.cpp APPEND PROPERTY COMPILE_DEFINITIONS
    TAILBOUND_INIT_${upper}="${program}")
endfunction()

function(tailbound_no_guest_init architecture why)
  string(TOUPPER ${architecture} upper)
  message(STATUS "no init for ${architecture} guests: ${why}")
  set_property(SOURCE oracles/engine/vm/init_program.cpp APPEND PROPERTY COMPILE_DEFINITIONS
    TAILBOUND_NO_INIT_${upper}="${why}")
endfunction()

function(tailbound_guest_inits)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
    tailbound_guest_init(amd64 ${CMAKE_CXX_COMPILER})
  else()
    tailbound_no_guest_init(amd64 "it was not built on x86-64")
  endif()
  find_program(TAILBOUND_ARM64_CXX ${TAILBOUND_ARM64_COMPILER})
  if(TAILBOUND_ARM64_CXX)
    tailbound_guest_init(arm64 ${TAILBOUND_ARM64_CXX})
  else()
    tailbound_no_guest_init(arm64 "there is no ${TAILBOUND_ARM64_COMPILER}; install g++-aarch64-linux-gnu")
  endif()
endfunction()
