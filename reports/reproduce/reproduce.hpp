// A finding as something that others can run, without tailbound: one form a row, each in a file of its own.
#pragma once

#include <expected>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reports/finding_file.hpp"

namespace tailbound::reports {

/// What reproducers are written from.
struct Subject {
  FindingRecord record;
  bpf::Scenario scenario;
  std::string name;  // a C identifier: files and functions are called after it
};

/// `path` is relative; a form with more than one file puts them where its users keep them.
struct ReproducerFile {
  std::string path;
  std::string content;
};
using Reproducer = std::vector<ReproducerFile>;

struct ReproducerForm {
  std::string_view name;     // what --as takes
  std::string_view summary;  // what it is, for --help
  bool text = true;          // fit for a terminal
  /// Error: one line, what this form cannot express, or what is missing to make it.
  std::expected<Reproducer, std::string> (*make)(const Subject& subject) = nullptr;
};

/// Every form, each once.
std::span<const ReproducerForm> reproducer_forms();
/// nullptr when there is none of that name.
const ReproducerForm* find_reproducer_form(std::string_view name);

/// `name`: of the finding's file, without folder and extension; what is no C identifier is replaced.
Subject subject_of(FindingFile finding, std::string_view name);

// The forms, by file.
std::expected<Reproducer, std::string> graph_reproducer(const Subject& subject);
std::expected<Reproducer, std::string> c_reproducer(const Subject& subject);
std::expected<Reproducer, std::string> selftest_reproducer(const Subject& subject);
std::expected<Reproducer, std::string> object_reproducer(const Subject& subject);
std::expected<Reproducer, std::string> raw_reproducer(const Subject& subject);

}  // namespace tailbound::reports
