#include "server/settings.h"

#include <map>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"

namespace amparo::server {
namespace {

constexpr std::uint64_t kNumberMax = 1'000'000;

struct Number {
  std::uint64_t* value;
  std::uint64_t min;
};

std::map<std::string, std::string*> TextsOf(Settings& settings) {
  return {{"listen", &settings.listen}, {"log_file", &settings.log_file}};
}

std::map<std::string, Number> NumbersOf(Settings& settings) {
  return {{"disk_reserve_mib", {&settings.disk_reserve_mib, 0}},
          {"memory_quota_mib", {&settings.memory_quota_mib, 32}},
          {"streams_per_connection", {&settings.streams_per_connection, 4}},
          {"watches", {&settings.watches, 1}},
          {"uploads", {&settings.uploads, 1}},
          {"downloads", {&settings.downloads, 1}},
          {"shutdown_grace_s", {&settings.shutdown_grace_s, 0}},
          {"statements_per_day", {&settings.statements_per_day, 0}},
          {"unnamed_uploads_gib", {&settings.unnamed_uploads_gib, 1}},
          {"stored_gib", {&settings.stored_gib, 0}}};
}

absl::Status Refused(const std::string& key, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("settings key '", key, "' ", why));
}

}  // namespace

absl::StatusOr<Settings> ParseSettings(absl::string_view json) {
  const auto parsed = nlohmann::json::parse(json.begin(), json.end(), nullptr, false);
  if (!parsed.is_object()) return absl::InvalidArgumentError("the settings are no JSON object");
  Settings settings;
  const auto texts = TextsOf(settings);
  const auto numbers = NumbersOf(settings);
  for (const auto& [key, value] : parsed.items()) {
    if (const auto text = texts.find(key); text != texts.end()) {
      if (!value.is_string()) return Refused(key, "is no text");
      *text->second = value.get<std::string>();
    } else if (const auto number = numbers.find(key); number != numbers.end()) {
      if (!value.is_number_unsigned()) return Refused(key, "is no number");
      const auto given = value.get<std::uint64_t>();
      if (given < number->second.min || given > kNumberMax) {
        return Refused(key, absl::StrCat("is ", given, ", must be from ", number->second.min,
                                         " to ", kNumberMax));
      }
      *number->second.value = given;
    } else {
      return Refused(key, "is unknown");
    }
  }
  return settings;
}

std::string FormatSettings(const Settings& settings) {
  Settings copy = settings;
  nlohmann::ordered_json json;
  for (const auto& [key, text] : TextsOf(copy)) json[key] = *text;
  for (const auto& [key, number] : NumbersOf(copy)) json[key] = *number.value;
  return json.dump(2) + "\n";
}

}  // namespace amparo::server
