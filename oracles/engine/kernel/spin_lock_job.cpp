#include "oracles/engine/kernel/spin_lock_job.hpp"

#include <bpf/btf.h>
#include <linux/bpf.h>
#include <linux/btf.h>

#include <cassert>
#include <memory>

#include "jit/bpf/insn.hpp"
#include "oracles/engine/kernel/job_of.hpp"

namespace tailbound::engine::kernel {

namespace {

struct Free {
  void operator()(btf* types) const { btf__free(types); }
};

/// `struct value { struct bpf_spin_lock lock; }` and its key, by which the kernel knows that there is a lock.
struct LockBtf {
  std::vector<std::uint8_t> bytes;
  int key = 0;
  int value = 0;
};

LockBtf write() {
  const std::unique_ptr<btf, Free> types(btf__new_empty());
  LockBtf out;
  out.key = btf__add_int(types.get(), "unsigned int", 4, 0);
  const int lock = btf__add_struct(types.get(), "bpf_spin_lock", 4);
  btf__add_field(types.get(), "val", out.key, 0, 0);
  out.value = btf__add_struct(types.get(), "value", 8);
  btf__add_field(types.get(), "lock", lock, 0, 0);
  [[maybe_unused]] const int last = btf__add_field(types.get(), "cell", out.key, 32, 0);
  assert(last == 0 && "the writer fails for want of memory alone");
  std::uint32_t size = 0;
  const auto* const raw = static_cast<const std::uint8_t*>(btf__raw_data(types.get(), &size));
  out.bytes.assign(raw, raw + size);
  return out;
}

constexpr std::uint32_t locked_map = 0;
constexpr std::uint32_t slots_map = 1;

std::vector<bpf::Insn> program() {
  using namespace bpf;
  using namespace bpf::build;
  using enum Reg;
  return {
      mov(r6, r1),
      store(Width::b4, r10, -4, 0),
      imm64_low(r1, Imm64Kind::map, locked_map),
      imm64_high(0),
      mov(r2, r10),
      alu(AluOp::add, r2, -4),
      call_helper(BPF_FUNC_map_lookup_elem),
      jump(JumpOp::jeq, r0, 0, 10),
      mov(r7, r0),
      mov(r1, r0),
      call_helper(BPF_FUNC_spin_lock),
      mov(r1, r6),
      imm64_low(r2, Imm64Kind::map, slots_map),
      imm64_high(0),
      mov(r3, 0),
      call_helper(helper_tail_call),
      mov(r1, r7),
      call_helper(BPF_FUNC_spin_unlock),
      mov(r0, 0),
      exit(),
  };
}

}  // namespace

Request spin_lock_request() {
  const LockBtf types = write();
  JobMap locked;
  locked.type = BPF_MAP_TYPE_ARRAY;
  locked.btf = 0;
  locked.key_type = static_cast<std::uint32_t>(types.key);
  locked.value_type = static_cast<std::uint32_t>(types.value);
  locked.name = "locked";
  JobMap slots;
  slots.type = BPF_MAP_TYPE_PROG_ARRAY;
  slots.value_size = 4;
  slots.name = "slots";
  JobProgram loaded;
  loaded.type = program_type(bpf::ProgType::tc);
  loaded.name = "p";
  kernel_insns(program(), loaded.insns);
  Job job;
  job.maps = {locked, slots};
  job.programs = {loaded};
  return {.btf = {types.bytes}, .jobs = {job}};
}

}  // namespace tailbound::engine::kernel
