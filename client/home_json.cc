#include "client/home_json.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"

namespace amparo::client {

std::string FormatHomeJson(const HomeCard& card) {
  const nlohmann::ordered_json json = {
      {"format", kHomeFormat},
      {"kind", card.kind},
      {"address", card.address},
      {"member_code", card.member_code},
      {"documents_waiting", card.documents_waiting},
  };
  constexpr auto kReplace = nlohmann::ordered_json::error_handler_t::replace;
  return json.dump(2, ' ', /*ensure_ascii=*/false, kReplace) + "\n";
}

absl::StatusOr<HomeCard> ParseHomeJson(absl::string_view text) {
  const auto json = nlohmann::json::parse(text.begin(), text.end(), nullptr,
                                          /*allow_exceptions=*/false);
  const auto damaged = [](absl::string_view field) {
    return absl::DataLossError(absl::StrCat("home.json is damaged: ", field));
  };
  if (!json.is_object()) return damaged("not an object");
  const auto format = json.find("format");
  if (format == json.end() || !format->is_number_unsigned()) return damaged("format");
  if (*format != kHomeFormat) {
    return absl::FailedPreconditionError(absl::StrCat("the home has format ", format->dump(),
                                                      ", this program reads ", kHomeFormat,
                                                      "; update amparo"));
  }
  HomeCard card;
  for (auto [name, field] : {std::pair<const char*, std::string*>{"kind", &card.kind},
                             {"address", &card.address},
                             {"member_code", &card.member_code}}) {
    const auto found = json.find(name);
    if (found == json.end() || !found->is_string()) return damaged(name);
    *field = found->get_ref<const std::string&>();
  }
  const auto waiting = json.find("documents_waiting");
  if (waiting == json.end() || !waiting->is_number_unsigned()) return damaged("documents_waiting");
  card.documents_waiting = waiting->get<std::uint64_t>();
  return card;
}

}  // namespace amparo::client
