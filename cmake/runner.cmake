# The runner of another arch (oracles/engine/runner): a static program, cross-compiled from the standard library alone,
# that the engine starts under qemu-user. Where the cross compiler is missing there is none, and the engine says so.

set(TAILBOUND_RUNNER_SOURCES
  jit/emit/*.cpp jit/lower/*.cpp jit/bpf/insn_table.cpp jit/bpf/names.cpp jit/bpf/profile.cpp jit/bpf/decode.cpp
  jit/bpf/text_print.cpp oracles/engine/native/given_context.cpp oracles/engine/native/guard.cpp
  oracles/engine/native/guarded_stack.cpp oracles/engine/native/parcel.cpp
  oracles/engine/runner/main.cpp oracles/engine/runner/session.cpp)
set(TAILBOUND_RUNNER_FLAGS -std=c++23 -O2 -g0 -Wall -Wextra -Wshadow -Werror -Wno-attributes -Wno-missing-field-initializers)

# Objects are built one by one, with the dependencies that the compiler writes down, in the same build as everything
# else: a runner never lags behind its engine.
function(tailbound_runner arch triple)
  set(variable TAILBOUND_CXX_${arch})
  find_program(${variable} NAMES ${triple}-g++ ${triple}-g++-12)
  if(NOT ${variable})
    message(STATUS "No ${triple}-g++: the engine ${arch} will be unavailable")
    return()
  endif()
  file(GLOB sources CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR}
    ${TAILBOUND_RUNNER_SOURCES} jit/${arch}/*.cpp oracles/engine/runner/compile_${arch}.cpp)
  set(objects)
  foreach(source IN LISTS sources)
    set(object runner/${arch}/${source}.o)
    get_filename_component(folder ${CMAKE_BINARY_DIR}/${object} DIRECTORY)
    file(MAKE_DIRECTORY ${folder})
    add_custom_command(OUTPUT ${object}
      COMMAND ${CMAKE_CXX_COMPILER_LAUNCHER} ${${variable}} ${TAILBOUND_RUNNER_FLAGS} -I${CMAKE_SOURCE_DIR}
              -MD -MF ${object}.d -MT ${object} -c ${CMAKE_SOURCE_DIR}/${source} -o ${object}
      DEPENDS ${source} DEPFILE ${CMAKE_BINARY_DIR}/${object}.d
      COMMENT "Building runner of ${arch}: ${source}" VERBATIM)
    list(APPEND objects ${object})
  endforeach()
  set(runner ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/tailbound-runner-${arch})
  add_custom_command(OUTPUT ${runner} COMMAND ${${variable}} -static ${objects} -o ${runner} DEPENDS ${objects}
    COMMENT "Linking runner of ${arch}" VERBATIM)
  add_custom_target(runner_${arch} ALL DEPENDS ${runner})
  # Whoever builds the command gets it.
  add_dependencies(room_oracles runner_${arch})
endfunction()
