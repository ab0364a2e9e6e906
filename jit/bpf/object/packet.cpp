#include "jit/bpf/object/packet.hpp"

#include "jit/bpf/object/rewrite.hpp"

namespace tailbound::bpf::object {

namespace {

using enum Reg;

constexpr std::uint8_t mode_abs = 0x20, mode_ind = 0x40;

std::uint8_t mode(const Insn& insn) { return insn.opcode & opcode::mode_mask; }

/// What is read lies in network order. The clobbered registers r1 to r5 are free.
void read_at_r1(std::vector<Insn>& code, Width width) {
  code.push_back(build::load(width, r0, r1, 0));
  if (width == Width::b1) return;
  constexpr std::uint8_t to_big_endian = opcode::alu32 | opcode::src_register | build::code(AluOp::end);
  code.push_back({to_big_endian, 0, 0, 0, width == Width::b2 ? 16 : 32});
}

/// The jump, never taken, leads to what follows: a verifier refuses code that nothing leads to.
std::vector<Insn> return_zero() {
  return {build::mov(r0, 0), build::jump(JumpOp::jne, r0, 0, 1), build::exit()};
}

std::vector<Insn> absolute(const Insn& insn, std::uint16_t map, std::uint32_t bytes) {
  const Width width = width_of(insn);
  if (static_cast<std::uint64_t>(insn.imm) + static_cast<std::uint64_t>(width) > bytes) return return_zero();
  std::vector<Insn> code = {build::imm64_low(r1, Imm64Kind::map_value, map), build::imm64_high(insn.imm)};
  read_at_r1(code, width);
  return code;
}

/// The offset is a sum of 32 bits.
std::vector<Insn> indirect(const Insn& insn, std::uint16_t map, std::uint32_t bytes) {
  const Width width = width_of(insn);
  if (static_cast<std::uint32_t>(width) > bytes) return return_zero();
  const auto last = static_cast<std::int32_t>(bytes - static_cast<std::uint32_t>(width));
  std::vector<Insn> code = {build::alu32(AluOp::mov, r0, static_cast<Reg>(insn.src)),
                            build::alu32(AluOp::add, r0, insn.imm),
                            build::jump(JumpOp::jle, r0, last, 2),
                            build::mov(r0, 0),
                            build::exit(),
                            build::imm64_low(r1, Imm64Kind::map_value, map),
                            build::imm64_high(0),
                            build::alu(AluOp::add, r1, r0)};
  read_at_r1(code, width);
  return code;
}

}  // namespace

bool is_packet_read(const Insn& insn) {
  return class_of(insn) == opcode::ld && (mode(insn) == mode_abs || mode(insn) == mode_ind);
}

std::expected<std::size_t, InsnError> replace_packet_reads(ObjectProgram& program, std::uint16_t map,
                                                           std::uint32_t bytes) {
  Rewrite rewrite(program);
  std::size_t replaced = 0;
  for (std::uint32_t i = 0; i < program.insns.size(); ++i) {
    const Insn& insn = program.insns[i];
    if (is_two_slot(insn)) {
      ++i;
      continue;
    }
    if (!is_packet_read(insn)) continue;
    const bool abs = mode(insn) == mode_abs;
    if (insn.dst != 0 || insn.off != 0 || width_of(insn) == Width::b8 || insn.src > (abs ? 0 : 9)) {
      return std::unexpected(InsnError{i, "no read of a packet that RFC 9669 defines"});
    }
    if (abs && insn.imm < 0) {
      return std::unexpected(InsnError{i, "reads the packet at offset " + std::to_string(insn.imm) +
                                              ", which a kernel's extensions define; expected one from 0 on"});
    }
    rewrite.instead(i, abs ? absolute(insn, map, bytes) : indirect(insn, map, bytes));
    ++replaced;
  }
  if (replaced == 0) return 0;
  auto result = rewrite.apply();
  if (!result) return std::unexpected(result.error());
  program = std::move(result->program);
  return replaced;
}

}  // namespace tailbound::bpf::object
