// The parts of a C reproducer that are the same in all of them.
#pragma once

namespace tailbound::reports::c_text {

inline constexpr const char* includes = R"c(#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <unistd.h>
typedef unsigned long long u64;
)c";

inline constexpr const char* system_calls = R"c(static void finish(int code) {
  printf("exit code %d\n", code), fflush(stdout);
  if (getpid() == 1) reboot(RB_POWER_OFF);
  exit(code);
}
static int bpf(int command, union bpf_attr *attr, const char *what) {
  int fd = (int)syscall(SYS_bpf, command, attr, sizeof *attr);
  if (fd < 0 && errno != ENOENT) { printf("%s: %s\n", what, strerror(errno)); finish(3); }
  return fd;
}
static void element(int command, int map, unsigned key, const void *value) {
  bpf(command, &(union bpf_attr){.map_fd = maps[map].fd, .key = (u64)&key, .value = (u64)value}, maps[map].name);
}
)c";

inline constexpr const char* fill_slot =
    "#define FILL(map, slot, program) element(BPF_MAP_UPDATE_ELEM, map, slot, &programs[program].fd)\n";

inline constexpr const char* set_cell = R"c(static void set_cell(int map, int cell, u64 value) {
  u64 cells[256] = {0};
  element(BPF_MAP_LOOKUP_ELEM, map, 0, cells);
  cells[cell] = value;
  element(BPF_MAP_UPDATE_ELEM, map, 0, cells);
}
)c";

inline constexpr const char* load = R"c(static void load(void) {
  union bpf_attr with_types = {.btf = (u64)&btf, .btf_size = sizeof btf.words + sizeof btf.names};  // no padding
  int types = bpf(BPF_BTF_LOAD, &with_types, "type information");
  for (unsigned m = 0; m < sizeof maps / sizeof *maps; m++) {
    maps[m].fd = bpf(BPF_MAP_CREATE, &(union bpf_attr){.map_type = maps[m].type, .key_size = 4,
                     .value_size = maps[m].value_size, .max_entries = maps[m].entries}, maps[m].name);
    if (maps[m].words) element(BPF_MAP_UPDATE_ELEM, (int)m, 0, maps[m].words);
  }
  for (unsigned p = 0; p < sizeof programs / sizeof *programs; p++) {
    struct bpf_insn *insns = programs[p].insns;
    for (unsigned i = 0; i < programs[p].count; i++)  // numbers of maps become their descriptors
      if (insns[i].code == 0x18 && insns[i++].src_reg != 0) insns[i - 1].imm = maps[insns[i - 1].imm].fd;
    programs[p].fd = bpf(BPF_PROG_LOAD, &(union bpf_attr){.prog_type = PROGRAM_TYPE, .license = (u64)"GPL",
                         .insns = (u64)insns, .insn_cnt = programs[p].count, .prog_btf_fd = (unsigned)types,
                         .func_info = (u64)programs[p].functions, .func_info_cnt = programs[p].function_count,
                         .func_info_rec_size = sizeof(struct bpf_func_info)}, programs[p].name);
  }
}
)c";

inline constexpr const char* run_begin = R"c(static int runs, differs[PROFILES];
static void run(int program) {
  static unsigned char packet[64];
  u64 seen[MEASURES] = {0}, ledger[WORDS] = {[FUEL] = FUEL_OF_A_RUN};
  element(BPF_MAP_UPDATE_ELEM, 0, 0, ledger);
  union bpf_attr attr = {.test = {.prog_fd = (unsigned)programs[program].fd, .data_in = (u64)packet,
                                  .data_size_in = sizeof packet}};
  bpf(BPF_PROG_TEST_RUN, &attr, "run");
  element(BPF_MAP_LOOKUP_ELEM, 0, 0, ledger);
  seen[0] = attr.test.retval;
  for (int s = 0; s < SITES; s++)
    seen[1] += ledger[ATTEMPTS + s] - ledger[REFUSED + s], seen[2] += ledger[REFUSED + s];
  seen[3] = ledger[TOTAL], seen[4] = ledger[HASH];
)c";

inline constexpr const char* run_end = R"c(  for (int i = 0; i < PROFILES * MEASURES; i++) {
    int p = i / MEASURES, m = i % MEASURES, same = seen[m] == expected[p].runs[runs][m];
    printf("run %d of %s: %-18s expected %llu (%s), observed %llu%s\n", runs + 1, programs[program].name, measures[m],
           expected[p].runs[runs][m], expected[p].profile, seen[m], same ? "" : "  <- differs");
    differs[p] |= !same;
  }
  runs++;
}
)c";

inline constexpr const char* main_begin = R"c(int main(void) {
  if (getpid() == 1 && mount("dev", "/dev", "devtmpfs", 0, 0) == 0) {
    for (int fd = 0, console = open("/dev/console", O_RDWR); fd < 3; fd++) dup2(console, fd);
  }
  load();
)c";

inline constexpr const char* main_end = R"c(  for (int p = 0; p < PROFILES; p++)
    if (!differs[p]) { printf("as expected (%s)\n", expected[p].profile); finish(0); }
  printf("not as expected\n");
  finish(1);
}
)c";

}  // namespace tailbound::reports::c_text
