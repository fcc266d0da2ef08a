// Finding what a person typed. A verb that gives a key never guesses: a full code, an exact
// unique name, or the id in hexadecimal.

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/name_book.h"
#include "client/names.h"
#include "client/outbox.h"
#include "client/verbs.h"

namespace amparo::client::verbs {
namespace {

template <class Id>
struct Candidate {
  Id id;
  std::string code;
  std::string name;  // May be empty.
};

std::string Shown(const std::string& code, const std::string& name) {
  return name.empty() ? code : absl::StrCat(name, " (", code, ")");
}

// One, none or several; several are listed for the person to choose.
template <class Id>
absl::StatusOr<Id> TheOnly(std::vector<Candidate<Id>> found, absl::string_view kind,
                           absl::string_view typed, absl::string_view where) {
  if (found.size() == 1) return found[0].id;
  if (found.empty()) {
    return absl::NotFoundError(
        absl::StrCat("no ", kind, " is called \"", typed, "\"; see ", where));
  }
  std::vector<std::string> shown;
  for (const Candidate<Id>& candidate : found) {
    shown.push_back(absl::StrCat(Shown(candidate.code, candidate.name), " ", ToHex(candidate.id)));
  }
  return Refused(absl::StatusCode::kFailedPrecondition, "AMBIGUOUS",
                 absl::StrCat("\"", typed, "\" may mean ", found.size(), ": ",
                              absl::StrJoin(shown, ", "), "; type one of these codes, or its id"));
}

// By id, else by code, else by name: a better match hides the others.
template <class Id>
std::vector<Candidate<Id>> Match(const std::vector<Candidate<Id>>& all, absl::string_view typed,
                                 bool exact) {
  std::vector<Candidate<Id>> found;
  const auto collect = [&](const auto& matches) {
    if (!found.empty()) return;
    std::copy_if(all.begin(), all.end(), std::back_inserter(found), matches);
  };
  collect([&](const Candidate<Id>& one) { return ToHex(one.id) == typed; });
  collect([&](const Candidate<Id>& one) { return absl::EqualsIgnoreCase(one.code, typed); });
  collect([&](const Candidate<Id>& one) {
    return !one.name.empty() && absl::EqualsIgnoreCase(one.name, typed);
  });
  if (exact) return found;
  collect([&](const Candidate<Id>& one) {
    return absl::StartsWithIgnoreCase(one.code, typed) ||
           absl::StartsWithIgnoreCase(one.name, typed);
  });
  return found;
}

// A document that is in the outbox has a code already, and is in no log yet.
absl::Status CheckNotWaiting(const Workplace& place, absl::string_view typed) {
  for (const OutboxItem& item : place.outbox->items()) {
    if (item.kind != Kind::kSubmit || !absl::EqualsIgnoreCase(item.about, typed)) continue;
    return Refused(
        absl::StatusCode::kFailedPrecondition, "ITEM_WAITS",
        absl::StrCat(item.about, " is item ", item.number, " of the outbox, and not sent yet"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<MemberId> FindMember(const Workplace& place, absl::string_view typed, bool exact) {
  typed = absl::StripAsciiWhitespace(typed);
  if (typed.empty()) return absl::InvalidArgumentError("no member was named");
  std::vector<Candidate<MemberId>> all;
  for (const MemberId& member : place.replica.directory().Members()) {
    all.push_back({.id = member, .code = MemberCode(member), .name = NameOf(place, member)});
  }
  return TheOnly(Match(all, typed, exact), "member", typed, "`amparo members`");
}

absl::StatusOr<SubjectId> FindCase(Workplace& place, absl::string_view typed) {
  typed = absl::StripAsciiWhitespace(typed);
  if (typed.empty()) return absl::InvalidArgumentError("no case was named");
  std::vector<Candidate<SubjectId>> all;
  for (const CaseCardView& view : Cases(place)) {
    all.push_back({.id = view.id, .code = view.code, .name = view.title});
  }
  return TheOnly(Match(all, typed, true), "case", typed, "`amparo case list`");
}

absl::StatusOr<SubjectId> FindDocument(Workplace& place, absl::string_view typed) {
  typed = absl::StripAsciiWhitespace(typed);
  if (typed.empty()) return absl::InvalidArgumentError("no document was named");
  // Codes first: titles need the network where nothing was opened yet.
  std::vector<Candidate<SubjectId>> all;
  for (const auto& [id, history] : place.replica.documents()) {
    const workflow::Document& document = history.document;
    all.push_back({.id = id, .code = DocumentCode(document.case_id, document.number), .name = {}});
  }
  std::vector<Candidate<SubjectId>> found = Match(all, typed, true);
  if (found.empty()) {
    all.clear();
    for (const DocumentCard& card : Documents(place)) {
      all.push_back({.id = card.id, .code = card.code, .name = card.title});
    }
    found = Match(all, typed, true);
  }
  if (found.empty()) {
    if (absl::Status s = CheckNotWaiting(place, typed); !s.ok()) return s;
  }
  return TheOnly(std::move(found), "document", typed, "`amparo inbox` and `amparo case show`");
}

}  // namespace amparo::client::verbs
