// The way to the host: two virtio-serial ports.
#pragma once

namespace tailbound::engine::vm::init {

/// Loads what the initramfs has in /modules, in the order of the names.
void load_modules();

/// A descriptor of the port with this name; -1: there is none (yet).
int open_port(const char* name);

/// Waits some seconds for it. -1: it did not come; why was said on the console.
int wait_for_port(const char* name);

}  // namespace tailbound::engine::vm::init
