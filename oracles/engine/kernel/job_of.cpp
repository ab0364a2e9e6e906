#include "oracles/engine/kernel/job_of.hpp"

#include <linux/bpf.h>

#include "jit/bpf/decode.hpp"
#include "jit/bpf/scenario_visit.hpp"
#include "oracles/engine/kernel/btf.hpp"

namespace tailbound::engine::kernel {

namespace {

static_assert(static_cast<int>(bpf::Imm64Kind::map) == BPF_PSEUDO_MAP_FD);
static_assert(static_cast<int>(bpf::Imm64Kind::map_value) == BPF_PSEUDO_MAP_VALUE);
static_assert(bpf::helper_tail_call == BPF_FUNC_tail_call);
static_assert(static_cast<int>(bpf::Helper::lookup) == BPF_FUNC_map_lookup_elem);
static_assert(static_cast<int>(bpf::Helper::update) == BPF_FUNC_map_update_elem);
static_assert(static_cast<int>(bpf::Helper::time) == BPF_FUNC_ktime_get_ns);
static_assert(static_cast<int>(bpf::Helper::random) == BPF_FUNC_get_prandom_u32);

constexpr std::size_t ledger_map = 0;

void fill_map(const bpf::LoweredMap& map, bool slots, JobMap& into) {
  const bool array = map.kind == bpf::LoweredMap::Kind::array;
  into.type = array ? BPF_MAP_TYPE_ARRAY : BPF_MAP_TYPE_PROG_ARRAY;
  into.key_size = sizeof(std::uint32_t);
  into.value_size = map.value_size;
  into.max_entries = map.max_entries;
  into.flags = 0;
  into.use = 0;
  into.btf = no_position;
  into.name = map.name;
  into.words = map.words;
  into.slots.clear();
  if (!slots) return;
  for (const bpf::Slot& slot : map.slots) into.slots.push_back({slot.index, slot.program});
}

void fill_program(const bpf::Bytecode& program, std::uint16_t index, std::uint32_t type, bool lines,
                  JobProgram& into) {
  into.type = type;
  into.expected_attach_type = 0;
  into.flags = 0;
  into.btf = 0;
  into.name = "p" + std::to_string(index);
  kernel_insns(program.insns, into.insns);
  func_info(program, into.functions);
  into.lines.clear();
  if (lines) line_info(program, into.lines);
}

class Steps {
 public:
  Steps(const bpf::Lowered& lowered, std::vector<JobStep>& into) : lowered_(lowered), into_(into) {}

  void add(const bpf::Event& event) {
    std::visit(bpf::Match{
                   [&](const bpf::Run& run) {
                     into_.push_back({.kind = JobStep::Kind::run,
                                      .position = run.program,
                                      .value = lowered_.fuel_of_run(runs_++)});
                   },
                   [&](const bpf::SetSlot& change) { add_change(change); },
                   [&](const bpf::SetCell& change) {
                     into_.push_back({.kind = JobStep::Kind::write,
                                      .position = lowered_.map_of_cells(change.cell.map),
                                      .key = change.cell.index,
                                      .value = change.value});
                   },
                   // event_without_job spoke of these before.
                   [](const bpf::AtEntry&) {},
                   [](const bpf::Attach&) {},
                   [](const bpf::Detach&) {},
               },
               event);
  }

 private:
  void add_change(const bpf::SetSlot& change) {
    JobStep step{.kind = change.program ? JobStep::Kind::set_slot : JobStep::Kind::delete_slot,
                 .position = lowered_.map_of_array(change.array),
                 .key = change.index};
    if (change.program) step.program = *change.program;
    into_.push_back(step);
  }

  const bpf::Lowered& lowered_;
  std::vector<JobStep>& into_;
  std::size_t runs_ = 0;
};

}  // namespace

std::string_view event_without_job(const bpf::Lowered& lowered) {
  for (const bpf::Event& event : lowered.events) {
    if (std::holds_alternative<bpf::Attach>(event)) return "attachment";
    if (std::holds_alternative<bpf::Detach>(event)) return "attachment";
    if (std::holds_alternative<bpf::AtEntry>(event)) return "slot change during a run";
  }
  if (lowered.context && !lowered.context->packet) return "given context";
  return {};
}

std::uint32_t program_type(bpf::ProgType type) {
  switch (type) {
    case bpf::ProgType::socket_filter: return BPF_PROG_TYPE_SOCKET_FILTER;
    case bpf::ProgType::tc: return BPF_PROG_TYPE_SCHED_CLS;
    case bpf::ProgType::xdp: return BPF_PROG_TYPE_XDP;
  }
  return BPF_PROG_TYPE_UNSPEC;
}

void kernel_insns(const std::vector<bpf::Insn>& insns, std::vector<std::uint64_t>& into) {
  into.clear();
  into.reserve(insns.size());
  for (const bpf::Insn& insn : insns) into.push_back(bpf::to_word(insn));
}

void fill_job(const bpf::Lowered& lowered, const JobOptions& options, Job& into) {
  into.want = options.want;
  into.packet.clear();
  if (lowered.context && lowered.context->packet) into.packet.resize(*lowered.context->packet);
  into.maps.resize(lowered.maps.size());
  for (std::size_t m = 0; m < lowered.maps.size(); ++m) {
    fill_map(lowered.maps[m], options.slots, into.maps[m]);
    const bool cells = m >= lowered.first_array_map && m < lowered.first_prog_array;
    if (m == ledger_map) into.maps[m].use = JobMap::ledger | JobMap::read_back;
    if (cells) into.maps[m].use = JobMap::read_back;
    if (m == ledger_map || cells) into.maps[m].flags = BPF_F_MMAPABLE;
  }
  into.programs.resize(lowered.programs.size());
  for (std::uint16_t p = 0; p < lowered.programs.size(); ++p) {
    fill_program(lowered.programs[p], p, program_type(lowered.type), options.line_info, into.programs[p]);
  }
  into.steps.clear();
  if (!options.events) return;
  Steps steps(lowered, into.steps);
  for (const bpf::Event& event : lowered.events) steps.add(event);
}

}  // namespace tailbound::engine::kernel
