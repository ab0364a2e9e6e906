// Words that init and host share.
#pragma once

namespace tailbound::engine::vm::guest_words {

inline constexpr char prefix[] = "tailbound-init: ";
/// Followed by a kernel option and, in brackets, how that is known.
inline constexpr char lacks[] = "lacks ";
inline constexpr char jobs_port[] = "jobs";
inline constexpr char beat_port[] = "beat";

}  // namespace tailbound::engine::vm::guest_words
