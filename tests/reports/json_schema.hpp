// As much of JSON Schema as docs/schema uses: type, required, properties, items, enum, minimum and references.
#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

namespace tailbound::test {

class SchemaCheck {
 public:
  explicit SchemaCheck(const nlohmann::json& root) : root_(root) {}

  /// Empty, or "PATH: what is wrong" of the first thing that is.
  std::string check(const nlohmann::json& value, const nlohmann::json& schema,
                    const std::string& path = "") const {
    if (schema.contains("$ref"))
      return check(value, root_.at(nlohmann::json::json_pointer(schema["$ref"].get<std::string>().substr(1))),
                   path);
    if (schema.contains("type") && !has_type(value, schema["type"]))
      return path + ": is no " +
             (schema["type"].is_string() ? schema["type"].get<std::string>() : schema["type"].dump());
    if (schema.contains("enum") && std::ranges::find(schema["enum"], value) == schema["enum"].end())
      return path + ": is none of " + schema["enum"].dump();
    if (schema.contains("minimum") && value.is_number() && value < schema["minimum"])
      return path + ": is too small";
    if (value.is_object()) return check_object(value, schema, path);
    if (!value.is_array() || !schema.contains("items")) return "";
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (auto wrong = check(value[i], schema["items"], path + "[" + std::to_string(i) + "]"); !wrong.empty())
        return wrong;
    }
    return "";
  }

 private:
  std::string check_object(const nlohmann::json& value, const nlohmann::json& schema,
                           const std::string& path) const {
    for (const auto& key : schema.value("required", nlohmann::json::array())) {
      if (!value.contains(key.get<std::string>())) return path + ": has no " + key.get<std::string>();
    }
    const nlohmann::json properties = schema.value("properties", nlohmann::json::object());
    for (const auto& [key, part] : value.items()) {
      if (!properties.contains(key)) {
        if (!properties.empty()) return path + ": has an unknown " + key;
        continue;
      }
      if (auto wrong = check(part, properties[key], path + "." + key); !wrong.empty()) return wrong;
    }
    return "";
  }

  static bool has_type(const nlohmann::json& value, const nlohmann::json& type) {
    if (type.is_array())
      return std::ranges::any_of(type, [&](const nlohmann::json& each) { return has_type(value, each); });
    const std::string name = type;
    return name == "object"    ? value.is_object()
           : name == "array"   ? value.is_array()
           : name == "string"  ? value.is_string()
           : name == "integer" ? value.is_number_integer()
           : name == "boolean" ? value.is_boolean()
           : name == "null"    ? value.is_null()
                               : false;
  }

  const nlohmann::json& root_;
};

inline std::string against_schema(const nlohmann::json& value, const nlohmann::json& schema) {
  return SchemaCheck(schema).check(value, schema);
}

}  // namespace tailbound::test
