#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "reports/dump/dump_report.hpp"
#include "reports/dump/linked_text.hpp"
#include "reports/json/json.hpp"

namespace tailbound::reports {

namespace {

using nlohmann::ordered_json;

std::string hex(std::span<const std::uint8_t> bytes) {
  std::string out;
  for (const std::uint8_t byte : bytes) out += fmt::format("{:02x}", byte);
  return out;
}

std::string_view shifts_name(jit::Options::Shifts shifts) {
  switch (shifts) {
    case jit::Options::Shifts::pushed: return "pushed";
    case jit::Options::Shifts::freed: return "freed";
    case jit::Options::Shifts::bmi2: return "bmi2";
  }
  return "?";
}

ordered_json options_json(const jit::Options& options) {
  return {{"named", jit::text(options)},
          {"max_entries", options.max_entries},
          {"ptrs", options.ptrs},
          {"bpf_func", options.bpf_func},
          {"shifts", shifts_name(options.shifts)},
          {"signed_imm64", options.signed_imm64},
          {"short_jump", options.short_jump}};
}

ordered_json difference_json(const std::optional<fidelity::Difference>& difference) {
  if (!difference) return nullptr;
  return {{"kind", difference->kind},           {"insn", difference->insn}, {"ours_at", difference->ours_at},
          {"theirs_at", difference->theirs_at}, {"ours", difference->ours}, {"theirs", difference->theirs}};
}

ordered_json function_json(const DumpReport& report, std::size_t f) {
  const jit::ImageFunction& about = report.kernel.image.functions[f];
  ordered_json object = {{"name", report.functions[f]},
                         {"address", report.kernel.address[f]},
                         {"offset", about.offset},
                         {"size", about.size},
                         {"landing", about.landing},
                         {"first_insn", about.first_insn},
                         {"end_insn", about.end_insn},
                         {"stack_depth", about.stack_depth},
                         {"reaches_tail_call", about.reaches_tail_call},
                         {"saved_registers", about.saved_registers},
                         {"same", nullptr},
                         {"difference", nullptr}};
  if (!report.ours) return object;
  object["same"] = !report.differences[f];
  object["difference"] = difference_json(report.differences[f]);
  return object;
}

ordered_json site_json(const jit::ImageSite& site) {
  ordered_json object = {{"id", site.id},   {"insn", site.insn},       {"function", site.function},
                         {"map", site.map}, {"direct_index", nullptr}, {"out", site.out}};
  if (!site.direct_index) return object;
  object["direct_index"] = *site.direct_index;
  object["filled"] = site.filled;
  object["bypass"] = site.bypass;
  object["target"] = site.target;
  return object;
}

ordered_json insns_json(const dump::KernelImage& kernel) {
  ordered_json rows = ordered_json::array();
  const auto& insns = kernel.image.translated.insns;
  for (std::size_t slot = 0; slot < insns.size(); ++slot) {
    const bool two = bpf::is_two_slot(insns[slot]);
    ordered_json row = {{"slot", slot},
                        {"text", insn_text(kernel, insns[slot], two ? &insns[slot + 1] : nullptr)},
                        {"address", nullptr},
                        {"origin", nullptr}};
    if (kernel.known[slot] != 0) row["address"] = kernel.image.address[slot];
    if (kernel.origin[slot] != 0) row["origin"] = kernel.origin[slot] - 1;
    rows.push_back(std::move(row));
    if (two) ++slot;
  }
  return rows;
}

ordered_json program_json(const DumpReport& report) {
  ordered_json functions = ordered_json::array(), sites = ordered_json::array();
  for (std::size_t f = 0; f < report.functions.size(); ++f) functions.push_back(function_json(report, f));
  for (const jit::ImageSite& site : report.kernel.image.sites) sites.push_back(site_json(site));
  ordered_json object = {{"name", report.program},
                         {"id", report.id},
                         {"not_compiled", nullptr},
                         {"functions", functions},
                         {"sites", sites},
                         {"maps", report.kernel.maps},
                         {"insns", insns_json(report.kernel)},
                         {"code", hex(report.kernel.image.code)},
                         {"ours", nullptr}};
  if (!report.not_compiled.empty()) object["not_compiled"] = report.not_compiled;
  if (report.ours) object["ours"] = hex(report.ours->code);
  return object;
}

}  // namespace

std::string dump_json(const std::vector<DumpReport>& programs, const DumpHead& head) {
  ordered_json rows = ordered_json::array();
  for (const DumpReport& report : programs) rows.push_back(program_json(report));
  return dump({{"kernel", head.kernel},
               {"machine", head.machine},
               {"scheme", head.recognised.scheme},
               {"options", options_json(head.recognised.options)},
               {"probe_same", head.recognised.same},
               {"probe_functions", head.recognised.functions},
               {"programs", rows}});
}

}  // namespace tailbound::reports
