#include "oracles/engine/vm/init/ports.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "oracles/engine/vm/guest_words.hpp"
#include "oracles/engine/vm/init/console.hpp"

namespace tailbound::engine::vm::init {

namespace {

std::vector<std::string> names_in(const char* folder) {
  std::vector<std::string> names;
  DIR* const opened = ::opendir(folder);
  if (opened == nullptr) return names;
  while (const dirent* const entry = ::readdir(opened)) {
    if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
  }
  ::closedir(opened);
  std::sort(names.begin(), names.end());
  return names;
}

/// The first line of a file of sysfs.
std::string line_of(const std::string& path) {
  char text[256] = {};
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  const ssize_t got = ::read(file, text, sizeof text - 1);
  ::close(file);
  return {text, got > 0 ? std::strcspn(text, "\n") : 0};
}

constexpr const char* classes = "/sys/class/virtio-ports/";

/// Without devtmpfs there is no node: one is made.
int open_device(const std::string& port) {
  unsigned major = 0, minor = 0;
  if (std::sscanf(line_of(classes + port + "/dev").c_str(), "%u:%u", &major, &minor) != 2) return -1;
  const std::string node = "/dev/" + port;
  if (::mknod(node.c_str(), S_IFCHR | 0600, ::makedev(major, minor)) != 0 && errno != EEXIST) return -1;
  return ::open(node.c_str(), O_RDWR | O_CLOEXEC);
}

}  // namespace

void load_modules() {
  for (const std::string& name : names_in("/modules")) {
    const std::string path = "/modules/" + name;
    const int module = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (module < 0 || ::syscall(SYS_finit_module, module, "", 0) != 0)
      say("%s: %s", path.c_str(), std::strerror(errno));
    if (module >= 0) ::close(module);
  }
}

int open_port(const char* name) {
  for (const std::string& port : names_in(classes)) {
    if (line_of(classes + port + "/name") == name) return open_device(port);
  }
  return -1;
}

namespace {

/// Why there will be no port, said on the console; false: there may be one.
bool no_port_ever() {
  if (::access("/sys/bus/pci", F_OK) != 0) say("%sCONFIG_PCI (no /sys/bus/pci)", guest_words::lacks);
  else if (::access("/sys/bus/virtio/drivers/virtio_console", F_OK) != 0)
    say("%sCONFIG_VIRTIO_CONSOLE=y (no such driver)", guest_words::lacks);
  else if (::access("/sys/bus/pci/drivers/virtio-pci", F_OK) != 0)
    say("%sCONFIG_VIRTIO_PCI=y (no such driver)", guest_words::lacks);
  else return false;
  return true;
}

}  // namespace

int wait_for_port(const char* name) {
  if (no_port_ever()) return -1;
  // A port's name comes in a message of its own after the port.
  constexpr int tries = 1000, microseconds = 25'000;
  for (int i = 0; i < tries; ++i) {
    if (const int port = open_port(name); port >= 0) return port;
    ::usleep(microseconds);
  }
  say("no virtio-serial port '%s'", name);
  return -1;
}

}  // namespace tailbound::engine::vm::init
