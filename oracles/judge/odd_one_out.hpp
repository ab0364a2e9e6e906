// Which of the statements about a scenario differs from the others.
#pragma once

#include <string>

#include "oracles/judge/judge.hpp"

namespace tailbound {

/// "arm64/pointer differs from model, interpreter and x86_64/pointer", of the judge's last scenario, where
/// every engine was asked: the model and the engines of the profile under which `engine` is judged. Several
/// sides are told as sides. Empty when all say the same.
std::string odd_one_out(const Judge& judge, std::size_t engine);

}  // namespace tailbound
