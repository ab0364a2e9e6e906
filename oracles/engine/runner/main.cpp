// Runs code of one arch for an engine on another, under an emulator: `runner FILE SOCKET`, descriptors that it
// got from the engine (oracles/engine/native/remote_machine.hpp).
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "oracles/engine/runner/session.hpp"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("tailbound-runner is started by tailbound\n", stderr);
    return 2;
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  auto session = tailbound::engine::runner::Session::open(std::atoi(argv[1]), std::atoi(argv[2]));
  if (!session) {
    // In place of the turn that it would give.
    const std::string& why = session.error();
    return write(std::atoi(argv[2]), why.data(), why.size()) < 0 ? 4 : 3;
  }
  (*session)->serve();
  return 0;
}
