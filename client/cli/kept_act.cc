#include "client/cli/kept_act.h"

#include "absl/strings/str_cat.h"

namespace amparo::cli {
namespace {

std::uint64_t LastNumber(const client::Client& opened) {
  const std::optional<client::OutboxItem> act = opened.LastAct();
  return act.has_value() ? act->number : 0;
}

}  // namespace

KeptAct::KeptAct(const client::Client& opened) : opened_(opened), before_(LastNumber(opened)) {}

std::optional<client::OutboxItem> KeptAct::Find() const {
  const std::uint64_t number = LastNumber(opened_);
  if (number == before_) return std::nullopt;
  for (const client::OutboxItem& item : opened_.OutboxItems()) {
    if (item.number == number) return item;
  }
  return std::nullopt;
}

std::string SpellKept(const client::OutboxItem& item, const std::string& again) {
  const std::string way = item.state == client::ItemState::kRefused
                              ? "amparo outbox shows the way out"
                              : "amparo sync sends it once that is settled";
  return absl::StrCat("it is kept as item ", item.number, "; do not ", again, " again: ", way);
}

}  // namespace amparo::cli
