#include "reports/html/markup.hpp"

#include <fmt/format.h>

#include "reports/html/style.hpp"

namespace tailbound::reports::html {

namespace {

/// Length of the UTF-8 sequence that begins there; 0: it is none.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t length = byte(0) < 0x80                      ? 1
                             : byte(0) >= 0xf0 && byte(0) < 0xf5 ? 4
                             : byte(0) >= 0xe0                   ? 3
                             : byte(0) >= 0xc2                   ? 2
                                                                 : 0;
  if (length == 0 || length > text.size() || byte(0) >= 0xf5) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  return length;
}

bool is_control(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7f;
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    const char c = text[0];
    if (length == 0 || is_control(c)) out += "\xef\xbf\xbd";
    else if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '"') out += "&quot;";
    else if (c == '\'') out += "&#39;";
    else out += text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

std::string element(std::string_view tag, std::string_view css_class, std::string_view content) {
  if (css_class.empty()) return fmt::format("<{0}>{1}</{0}>", tag, content);
  return fmt::format("<{0} class=\"{1}\">{2}</{0}>", tag, css_class, content);
}

std::string text(std::string_view tag, std::string_view css_class, std::string_view content) {
  return element(tag, css_class, escaped(content));
}

std::string section(std::string_view id, std::string_view heading, std::string_view content) {
  return fmt::format("<section id=\"{}\">\n<h2>{}</h2>\n{}\n</section>\n", id, escaped(heading), content);
}

std::string page(std::string_view title, std::string_view body) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>{}</title>\n<style>{}</style>\n</head>\n"
      "<body>\n<main>\n{}</main>\n</body>\n</html>\n",
      escaped(title), style, body);
}

}  // namespace tailbound::reports::html
