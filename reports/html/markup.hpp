// HTML as text: escaping, and the frame that every page has.
#pragma once

#include <string>
#include <string_view>

namespace tailbound::reports::html {

/// For text and for attribute values. Bytes that no page may hold become U+FFFD.
std::string escaped(std::string_view text);

/// `<TAG class="CLASS">` round content that is HTML already.
std::string element(std::string_view tag, std::string_view css_class, std::string_view content);
/// The same round a text.
std::string text(std::string_view tag, std::string_view css_class, std::string_view content);

/// A section with a heading.
std::string section(std::string_view id, std::string_view heading, std::string_view content);

/// A whole page: no script, nothing from elsewhere.
std::string page(std::string_view title, std::string_view body);

}  // namespace tailbound::reports::html
