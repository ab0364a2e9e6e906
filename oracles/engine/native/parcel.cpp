#include "oracles/engine/native/parcel.hpp"

namespace tailbound::engine::native {

bool write_order(std::span<std::uint8_t> room, const CompileOrder& order) {
  ParcelWriter out(room);
  out.put_all(order.scheme);
  out.put(order.options);
  out.put_all(order.program.insns);
  out.put_all(order.program.origin);
  out.put_all(order.program.functions);
  out.put_all(order.program.sites);
  return out.fits();
}

bool read_order(std::span<const std::uint8_t> room, CompileOrder& order) {
  ParcelReader in(room);
  in.get_all(order.scheme);
  in.get(order.options);
  in.get_all(order.program.insns);
  in.get_all(order.program.origin);
  in.get_all(order.program.functions);
  in.get_all(order.program.sites);
  return in.good();
}

bool write_image(std::span<std::uint8_t> room, const jit::Image& image) {
  ParcelWriter out(room);
  out.put_all(image.code);
  out.put_all(image.functions);
  out.put_all(image.sites);
  out.put_all(image.relocations);
  out.put_all(image.address);
  return out.fits();
}

bool read_image(std::span<const std::uint8_t> room, jit::Image& image) {
  ParcelReader in(room);
  in.get_all(image.code);
  in.get_all(image.functions);
  in.get_all(image.sites);
  in.get_all(image.relocations);
  in.get_all(image.address);
  return in.good();
}

}  // namespace tailbound::engine::native
