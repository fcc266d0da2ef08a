#include "client/cli/people.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/dates.h"
#include "client/platform_terminal.h"

namespace amparo::cli {
namespace {

struct RoleWord {
  Role role;
  absl::string_view word;
};
constexpr RoleWord kRoleWords[] = {
    {Role::kFellow, "fellow"},         {Role::kCoordinator, "coordinator"},
    {Role::kTranslator, "translator"}, {Role::kReviewer, "reviewer"},
    {Role::kAttorney, "attorney"},     {Role::kRegistrar, "registrar"},
    {Role::kAuditor, "auditor"},
};

struct LanguageWord {
  absl::string_view tag, word;
};
constexpr LanguageWord kLanguages[] = {
    {"es", "Spanish"},  {"ht", "Haitian Kreyòl"}, {"pt", "Portuguese"},  {"mam", "Mam"},
    {"quc", "K'iche'"}, {"kek", "Q'eqchi'"},      {"en", "English"},     {"acr", "Achi"},
    {"am", "Amharic"},  {"ar", "Arabic"},         {"cak", "Kaqchikel"},  {"fa", "Persian"},
    {"fr", "French"},   {"ixl", "Ixil"},          {"kjb", "Q'anjob'al"}, {"mix", "Mixtec"},
    {"nah", "Nahuatl"}, {"ps", "Pashto"},         {"qu", "Quechua"},     {"ru", "Russian"},
    {"so", "Somali"},   {"ti", "Tigrinya"},       {"tzj", "Tz'utujil"},  {"uk", "Ukrainian"},
    {"zh", "Chinese"},
};

}  // namespace

absl::StatusOr<std::uint16_t> ParseRoles(const std::vector<std::string>& names) {
  std::uint16_t roles = 0;
  for (const std::string& name : names) {
    std::uint16_t bit = 0;
    for (const RoleWord& row : kRoleWords) {
      if (row.word == name && row.role != Role::kRegistrar)
        bit = static_cast<std::uint16_t>(row.role);
    }
    if (bit == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", name,
                       "\" is no role to invite to: fellow, coordinator, translator, "
                       "reviewer, attorney or auditor"));
    }
    roles = static_cast<std::uint16_t>(roles | bit);
  }
  return roles;
}

std::vector<std::string> RoleNames(std::uint16_t roles) {
  std::vector<std::string> names;
  for (const RoleWord& row : kRoleWords) {
    if ((roles & static_cast<std::uint16_t>(row.role)) != 0) names.emplace_back(row.word);
  }
  return names;
}

std::string SpellRoles(std::uint16_t roles) { return absl::StrJoin(RoleNames(roles), " and "); }

std::string SpellMember(const client::MemberCard& card) {
  return card.name.empty() ? card.code : absl::StrCat(card.name, " (", card.code, ")");
}

client::MemberCard CardOf(const client::Client& client, const MemberId& member) {
  for (client::MemberCard& card : client.Members()) {
    if (card.member == member) return std::move(card);
  }
  client::MemberCard card;
  card.member = member;
  card.code = client::MemberCode(member);
  return card;
}

std::string SpellLanguage(const std::string& tag, const std::string& variety) {
  if (tag.empty()) return "language unknown";
  std::string spelled = tag;
  for (const LanguageWord& row : kLanguages) {
    if (row.tag == tag) spelled = absl::StrCat(row.word, " (", tag, ")");
  }
  return variety.empty() ? spelled : absl::StrCat(spelled, ", ", variety);
}

absl::StatusOr<std::string> ParseLanguage(const std::string& typed) {
  if (typed.empty() || typed == "unknown") return std::string();
  bool known = false;
  for (const LanguageWord& row : kLanguages) known = known || row.tag == typed;
  if (!known) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", typed, "\" is no language tag known here: ",
        absl::StrJoin(
            kLanguages, ", ",
            [](std::string* out, const LanguageWord& row) { absl::StrAppend(out, row.tag); }),
        " or unknown"));
  }
  return typed;
}

std::string SpellDocument(const client::DocumentCard& card) {
  return card.title.empty() ? card.code : absl::StrCat(card.code, " \"", card.title, "\"");
}

void ShowDocument(Terminal& terminal, const client::DocumentCard& card) {
  terminal.Line(absl::StrCat(SpellDocument(card), ": ", workflow::StateName(card.state)));
  std::vector<std::string> facts;
  if (card.parts > 0) {
    facts.push_back(absl::StrCat(card.parts, card.parts == 1 ? " file" : " files"));
    facts.push_back(SpellLanguage(card.language, card.variety));
  }
  if (!card.due_date.empty()) {
    facts.push_back(absl::StrCat("due ", SpellDate(card.due_date, client::platform::Today())));
  }
  if (!card.content_warnings.empty()) {
    facts.push_back(absl::StrCat("CONTENT: ", absl::StrJoin(card.content_warnings, ", ")));
  }
  if (card.open_questions > 0) {
    facts.push_back(absl::StrCat(card.open_questions,
                                 card.open_questions == 1 ? " question open" : " questions open"));
  }
  if (!facts.empty()) terminal.Line(absl::StrCat("  ", absl::StrJoin(facts, "; ")));
  if (!card.next_step.empty()) terminal.Line(absl::StrCat("  next: ", card.next_step));
}

nlohmann::ordered_json DocumentJson(const client::DocumentCard& card) {
  return {{"id", ToHex(card.id)},
          {"code", card.code},
          {"title", card.title},
          {"state", std::string(workflow::StateName(card.state))},
          {"language", card.language},
          {"variety", card.variety},
          {"due", card.due_date},
          {"content_warnings", card.content_warnings},
          {"files", card.parts},
          {"pages", card.pages},
          {"open_questions", card.open_questions},
          {"next", card.next_step}};
}

}  // namespace amparo::cli
