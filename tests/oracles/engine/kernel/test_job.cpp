// Messages between host and runner: what was written is read back, and nothing else is taken.
#include "oracles/engine/kernel/job.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>

#include "gen/generate.hpp"
#include "oracles/engine/kernel/btf.hpp"
#include "oracles/engine/kernel/job_of.hpp"
#include "oracles/engine/kernel/runner.hpp"

namespace tailbound::test {

namespace {

using namespace engine::kernel;
using Bytes = std::vector<std::uint8_t>;

Request request_of(std::uint64_t seed, std::size_t jobs) {
  Request request{.btf = {{1, 2, 3}, function_btf().bytes}, .jobs = std::vector<Job>(jobs)};
  for (Job& job : request.jobs) {
    gen::ByteSource source(gen::scenario_seed(seed, static_cast<std::uint64_t>(&job - request.jobs.data())));
    fill_job(bpf::lower(gen::generate(source, gen::small_budget())), {.line_info = true}, job);
    job.packet = {1, 2, 3, 4};
  }
  return request;
}

Reply full_reply() {
  Answer answer{.refusal = {.stage = Refusal::Stage::program, .position = 3, .error = 13, .log = "R9 !read_ok"},
                .verified_insns = {7, 8},
                .runs = {{.return_value = 1, .nanoseconds = 2, .words = {3, 4}}},
                .images = {{.jited = {0xc3},
                            .ksyms = {5},
                            .func_lengths = {6},
                            .xlated = {7},
                            .functions = {{.insn = 8, .type_id = 9}},
                            .lines = {{.insn = 1, .file_name = 2, .line = 3, .line_col = 4}},
                            .line_addresses = {10},
                            .map_ids = {11}}}};
  return {.fault = "a fault", .answers = {answer, {}}};
}

template <class Message>
Bytes bytes_of(const Message& message) {
  Bytes bytes;
  encode(message, bytes);
  return bytes;
}

/// Whatever is read is written as the same bytes: no field is forgotten in one direction.
template <class Message>
void expect_same_again(const Message& message) {
  const Bytes bytes = bytes_of(message);
  Message read;
  ASSERT_TRUE(decode(bytes, read));
  EXPECT_EQ(bytes_of(read), bytes);
  // Into one that held more before.
  ASSERT_TRUE(decode(bytes, read));
  EXPECT_EQ(bytes_of(read), bytes);
}

TEST(KernelJob, WhatIsWrittenIsReadBack) {
  for (const std::size_t jobs : {0U, 1U, 5U}) expect_same_again(request_of(1, jobs));
  expect_same_again(full_reply());
  expect_same_again(Reply{});
}

TEST(KernelJob, TheHeaderTellsTheLength) {
  const Bytes bytes = bytes_of(request_of(2, 2));
  std::array<std::uint8_t, message_header_bytes> header{};
  std::copy_n(bytes.begin(), header.size(), header.begin());
  EXPECT_EQ(message_bytes(header, request_magic), bytes.size());
  EXPECT_EQ(message_bytes(header, reply_magic), 0U);
  header[4] ^= 1;  // version
  EXPECT_EQ(message_bytes(header, request_magic), 0U);
}

TEST(KernelJob, NoPartOfAMessageIsOne) {
  const Bytes request = bytes_of(request_of(3, 1));
  const Bytes reply = bytes_of(full_reply());
  Request no_request;
  for (std::size_t size = 0; size < request.size(); ++size)
    ASSERT_FALSE(decode(std::span(request).first(size), no_request)) << size;
  Reply no_reply;
  for (std::size_t size = 0; size < reply.size(); ++size)
    ASSERT_FALSE(decode(std::span(reply).first(size), no_reply)) << size;
}

TEST(KernelJob, ChangedBytesAreReadWithinTheirBoundsOrRefused) {
  std::mt19937 random(7);
  const Bytes good = bytes_of(request_of(4, 2));
  Request read;
  for (int i = 0; i < 3000; ++i) {
    Bytes bad = good;
    for (int changes = 1 + i % 3; changes > 0; --changes)
      bad[random() % bad.size()] = static_cast<std::uint8_t>(random());
    if (decode(bad, read)) EXPECT_EQ(bytes_of(read), bad);
  }
}

TEST(KernelJob, AReferenceToWhatIsNotThereIsRefused) {
  const auto refused = [](auto&& change) {
    Request request = request_of(5, 1);
    change(request.jobs[0]);
    Request read;
    return !decode(bytes_of(request), read);
  };
  EXPECT_FALSE(refused([](Job&) {}));
  EXPECT_TRUE(refused([](Job& job) { job.programs[0].btf = 2; }));
  EXPECT_TRUE(refused([](Job& job) { job.maps.back().slots.push_back({0, 99}); }));
  for (const auto kind :
       {JobStep::Kind::run, JobStep::Kind::set_slot, JobStep::Kind::delete_slot, JobStep::Kind::write})
    EXPECT_TRUE(refused([&](Job& job) { job.steps.push_back({.kind = kind, .position = 99}); }));
  EXPECT_TRUE(refused([](Job& job) { job.steps.push_back({.kind = static_cast<JobStep::Kind>(9)}); }));
}

TEST(KernelJob, WhatIsNoRequestIsAnsweredWithAFault) {
  Runner runner;
  const Bytes none = {1, 2, 3};
  Reply reply;
  ASSERT_TRUE(decode(runner.execute(none), reply));
  EXPECT_EQ(reply.fault, "the request is no message of this version");
  EXPECT_TRUE(reply.answers.empty());
}

}  // namespace

}  // namespace tailbound::test
