// The half that runs: loads the object, brings the events about, compares what each run shows.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "reports/reproduce/prediction.hpp"
#include "reports/reproduce/selftest.hpp"

namespace tailbound::reports {

namespace {

std::string_view type_word(bpf::ProgType type) {
  switch (type) {
    case bpf::ProgType::socket_filter: return "BPF_PROG_TYPE_SOCKET_FILTER";
    case bpf::ProgType::tc: return "BPF_PROG_TYPE_SCHED_CLS";
    case bpf::ProgType::xdp: return "BPF_PROG_TYPE_XDP";
  }
  return "BPF_PROG_TYPE_UNSPEC";
}

constexpr std::string_view helpers = R"(
/* Descriptors by name; -1 fails the calls that use them. */
static int map_fd(struct bpf_object *obj, const char *name)
{
	return bpf_map__fd(bpf_object__find_map_by_name(obj, name));
}

static int main_fd(struct bpf_object *obj, const char *name)
{
	return bpf_program__fd(bpf_object__find_program_by_name(obj, name));
}

static void run(struct bpf_object *obj, const char *name, const struct expected *expected)
{
	int i, key = 0, ledger_fd = map_fd(obj, ".data.ledger");
	struct ledger ledger = { .fuel = FUEL };
	__u64 tail_calls = 0, refused = 0;
	char buff[128] = {};
	LIBBPF_OPTS(bpf_test_run_opts, topts,
		.data_in = buff,
		.data_size_in = sizeof(buff),
		.repeat = 1,
	);

	ASSERT_OK(bpf_map_update_elem(ledger_fd, &key, &ledger, BPF_ANY), "fuel");
	ASSERT_OK(bpf_prog_test_run_opts(main_fd(obj, name), &topts), name);
	ASSERT_OK(bpf_map_lookup_elem(ledger_fd, &key, &ledger), "ledger");
	for (i = 0; i < SITES; i++) {
		tail_calls += ledger.attempts[i] - ledger.refused[i];
		refused += ledger.refused[i];
	}
	ASSERT_EQ(topts.retval, expected->retval, "return value");
	ASSERT_EQ(tail_calls, expected->tail_calls, "tail calls");
	ASSERT_EQ(refused, expected->refused, "refused tail calls");
	ASSERT_EQ(ledger.total, expected->entries, "entries");
	ASSERT_EQ(ledger.hash, expected->hash, "hash of the trace");
)";

class Writer {
 public:
  Writer(const Subject& subject, const CNames& names)
      : subject_(subject),
        scenario_(subject.scenario),
        names_(names),
        numbering_(bpf::number(subject.scenario)),
        measures_(Measures::of(subject.scenario)),
        wanted_(prediction()) {}

  std::string write() {
    const std::string steps = events();
    std::string out = fmt::format(
        "// SPDX-License-Identifier: GPL-2.0\n/* {}: {}\n * What is expected is the model's: at most 33 tail "
        "calls from "
        "one entry.\n */\n#include <test_progs.h>\n\n#define FUEL {}\n#define SITES {}\n\n"
        "/* As in progs/{}.c. */\n{}\nstruct expected {{\n\t__u32 retval;\n\t__u64 tail_calls, refused, "
        "entries, hash, "
        "live;\n}};\n",
        subject_.record.verdict, subject_.record.detail, scenario_.fuel, numbering_.sites, subject_.name,
        selftest_ledger(scenario_));
    out += helpers;
    if (measures_.live) out += "\tASSERT_EQ(ledger.live, expected->live, \"sum of live values\");\n";
    return out + "}\n" + set_cell() + test(steps);
  }

 private:
  /// A kernel's selftest tests that kernel: only a taken tail call costs.
  Prediction prediction() const {
    FindingRecord current = subject_.record;
    current.scheme.clear();
    return predictions(scenario_, current).front();
  }

  std::string set_cell() const {
    if (!sets_cells_) return "";
    return fmt::format(
        "\nstatic void set_cell(struct bpf_object *obj, int cell, __u64 value)\n{{\n"
        "\tint key = 0, cells_fd = map_fd(obj, \".data.cells\");\n\t__u64 cells[{}];\n\n"
        "\tASSERT_OK(bpf_map_lookup_elem(cells_fd, &key, cells), \"cells\");\n\tcells[cell] = value;\n"
        "\tASSERT_OK(bpf_map_update_elem(cells_fd, &key, cells, BPF_ANY), \"cells\");\n}}\n",
        first_cell(static_cast<std::uint16_t>(scenario_.maps.size())));
  }

  /// Maps lie one behind the other in `.data.cells`.
  std::size_t first_cell(std::uint16_t map) const {
    std::size_t first = 0;
    for (std::uint16_t m = 0; m < map; ++m) first += scenario_.maps[m].cells.size();
    return first;
  }

  std::string test(const std::string& steps) const {
    return fmt::format(
        "\nvoid test_{0}(void)\n{{\n\tstruct bpf_object *obj = NULL;\n\tint err, {1}prog_fd;\n\n"
        "\tif (!test__start_subtest(\"{2}\"))\n\t\treturn;\n"
        "\terr = bpf_prog_test_load(\"{0}.bpf.o\", {3}, &obj, &prog_fd);\n"
        "\tif (!ASSERT_OK(err, \"load\"))\n\t\treturn;\n\n{4}\n\tbpf_object__close(obj);\n}}\n",
        subject_.name, slot_words(), subject_.record.verdict, type_word(scenario_.type), steps);
  }

  std::string slot_words() const {
    return std::string(fills_slots_ ? "fd, " : "") + (changes_slots_ ? "slot, " : "");
  }

  std::string events() {
    std::string out;
    std::size_t r = 0;
    for (const bpf::Event& event : scenario_.events) {
      if (const auto* run = std::get_if<bpf::Run>(&event)) out += run_line(*run, wanted_.seen.runs[r++]);
      if (const auto* set = std::get_if<bpf::SetSlot>(&event)) out += slot_lines(*set);
      if (const auto* cell = std::get_if<bpf::SetCell>(&event)) {
        sets_cells_ = true;
        out += fmt::format("\tset_cell(obj, {}, 0x{:x}); /* {}[{}] */\n",
                           first_cell(cell->cell.map) + cell->cell.index, cell->value,
                           names_.maps[cell->cell.map], cell->cell.index);
      }
    }
    return out;
  }

  std::string run_line(const bpf::Run& run, const RunObservation& seen) const {
    const bpf::LedgerLayout& layout = wanted_.seen.layout;
    return fmt::format(
        "\trun(obj, \"{}\", &(struct expected){{ .retval = {}, .tail_calls = {}, .refused = {},\n"
        "\t\t.entries = {}, .hash = 0x{:x}ULL, .live = 0x{:x} }});\n",
        main_name(run.program), seen.return_value & UINT32_MAX, seen.tail_calls(layout),
        seen.fall_throughs(layout), seen.ledger[bpf::LedgerLayout::total], seen.ledger[bpf::LedgerLayout::hash],
        seen.ledger[bpf::LedgerLayout::live]);
  }

  std::string slot_lines(const bpf::SetSlot& set) {
    changes_slots_ = true;
    const std::string map = fmt::format("map_fd(obj, \"{}\")", names_.arrays[set.array]);
    std::string out = fmt::format("\tslot = {};\n", set.index);
    if (!set.program) {
      return out + fmt::format(
                       "\terr = bpf_map_delete_elem({}, &slot);\n"
                       "\tASSERT_TRUE(err == 0 || errno == ENOENT, \"delete slot\");\n",
                       map);
    }
    fills_slots_ = true;
    return out + fmt::format(
                     "\tfd = main_fd(obj, \"{}\");\n"
                     "\tASSERT_OK(bpf_map_update_elem({}, &slot, &fd, BPF_ANY), \"update slot\");\n",
                     main_name(*set.program), map);
  }

  const std::string& main_name(std::uint16_t program) const {
    return names_.functions[numbering_.id({program, 0})];
  }

  const Subject& subject_;
  const bpf::Scenario& scenario_;
  const CNames& names_;
  bpf::Numbering numbering_;
  Measures measures_;
  Prediction wanted_;
  bool sets_cells_ = false;
  bool changes_slots_ = false;
  bool fills_slots_ = false;
};

}  // namespace

std::string selftest_test(const Subject& subject, const CNames& names) {
  return Writer(subject, names).write();
}

}  // namespace tailbound::reports
