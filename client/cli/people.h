// How members, roles, documents and languages are spelled for people and parsed from them.
//
// Thread safety: pure functions, but for those that take a Client.

#ifndef AMPARO_CLIENT_CLI_PEOPLE_H_
#define AMPARO_CLIENT_CLI_PEOPLE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/cli/terminal.h"
#include "client/client.h"

namespace amparo::cli {

// {"translator", "reviewer"} to bits. INVALID_ARGUMENT: an unknown one; registrars are not
// invited, they come from the policy.
absl::StatusOr<std::uint16_t> ParseRoles(const std::vector<std::string>& names);
std::vector<std::string> RoleNames(std::uint16_t roles);
std::string SpellRoles(std::uint16_t roles);  // "translator and reviewer"
// "Ana (heron-4821)", or the code alone when the name is not ours to know.
std::string SpellMember(const client::MemberCard& card);
// The member's card; one with the code alone if there is none.
client::MemberCard CardOf(const client::Client& client, const MemberId& member);

// "ht" to "Haitian Kreyòl (ht)". Unknown tags as they are.
std::string SpellLanguage(const std::string& tag, const std::string& variety);
// "unknown" to "". INVALID_ARGUMENT: no BCP 47 tag.
absl::StatusOr<std::string> ParseLanguage(const std::string& typed);

// One document as a few lines, and as JSON (docs/spec/command-line.md, "document").
void ShowDocument(Terminal& terminal, const client::DocumentCard& card);
nlohmann::ordered_json DocumentJson(const client::DocumentCard& card);
// "heron-river-48/3 "Declaration"", as questions name it.
std::string SpellDocument(const client::DocumentCard& card);

}  // namespace amparo::cli

#endif  // AMPARO_CLIENT_CLI_PEOPLE_H_
