#include "tests/hostile/checks.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "audit/log_entry.h"
#include "client/log_tree.h"
#include "crypto/digest.h"
#include "crypto/grant.h"

namespace amparo::testing {
namespace {

namespace fs = std::filesystem;

bool Has(const std::vector<audit::Checkpoint>& heads, const audit::Checkpoint& head) {
  return std::find(heads.begin(), heads.end(), head) != heads.end();
}

std::string Text(const audit::Checkpoint& head) {
  return absl::StrCat(head.size.value, " ", ToHex(head.root).substr(0, 8));
}

// The heads that `answer` claims with the log's signature.
std::vector<audit::Checkpoint> ClaimsOf(const Facts& facts, const Answer& answer) {
  std::vector<audit::Checkpoint> claims;
  for (const std::string& note : NotesIn(answer)) {
    const auto opened = audit::OpenCheckpoint(facts.org, facts.log_key, note);
    if (opened.ok()) claims.push_back(*opened);
  }
  return claims;
}

// What a grant names must be in the true directory.
std::string CheckNamed(const GrantRef& ref, const directory::Directory& directory) {
  if (ref.grantee == RecoveryGrantee()) {
    return ref.grantee_certificate == directory.policy_hash()
               ? ""
               : "a grant to recovery under another policy";
  }
  if (ref.grantee == DirectoryGrantee()) {
    const auto* epoch = directory.epoch();
    // The epoch that starts the directory is granted to by the statement itself.
    return epoch == nullptr || ref.grantee_certificate == epoch->statement
               ? ""
               : "a grant to a directory epoch that is none";
  }
  const auto* record = directory.Find(ref.grantee_certificate);
  if (record == nullptr) return "a grant to a certificate that the directory does not have";
  if (record->certificate.member != ref.grantee) return "a grant to another member's certificate";
  return "";
}

std::string CheckOneGrant(const Truth& truth, const GrantRef& ref, const Bytes& grant,
                          const directory::Directory& directory,
                          const FindIdentity& find_identity) {
  if (Sha256(grant) != ref.sha256) return "a grant that is not the one it names";
  if (truth.grants.contains(ref.sha256)) return "";
  if (std::string broken = CheckNamed(ref, directory); !broken.empty()) return broken;
  const Identity* identity = find_identity(ref.grantee_certificate);
  if (identity == nullptr) return "a grant that nobody of the story can open";
  const auto opened = OpenGrant(grant, *identity);
  if (!opened.ok()) return absl::StrCat("a grant to a wrong key: ", opened.status().message());
  return "";
}

// Whether the text is rightly shown for another thing of the same sort.
bool IsShownOfSomething(const std::map<std::string, std::set<std::string>>& expected,
                        const std::string& what, const std::string& text) {
  const std::string sort = what.substr(0, what.rfind(' ') + 1);
  return std::any_of(expected.begin(), expected.end(), [&](const auto& one) {
    return one.first.starts_with(sort) && one.second.contains(text);
  });
}

}  // namespace

std::map<std::string, std::string> FilesUnder(const std::string& directory) {
  std::map<std::string, std::string> files;
  if (!fs::exists(directory)) return files;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.is_directory()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    files[fs::relative(entry.path(), directory).string()] =
        std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return files;
}

std::vector<audit::Checkpoint> HeadsOf(const server::Organization& organization) {
  client::LogTree tree;
  std::vector<audit::Checkpoint> heads;
  const auto* ledger = organization.storage().ledger;
  const std::uint64_t size = organization.snapshot()->size().value;
  while (tree.size().value < size) {
    const auto entries = ledger->Read(Position{tree.size().value}, 100);
    if (!entries.ok() || entries->empty()) break;
    for (const Bytes& bytes : *entries) {
      const auto entry = audit::DecodeEntry(bytes);
      if (!entry.ok()) return heads;
      tree.Append(audit::LeafHash(entry->leaf));
      heads.push_back({.size = tree.size(), .root = tree.RootAt(tree.size())});
    }
  }
  return heads;
}

std::string CheckFiles(const Truth& truth, const Outcome& outcome) {
  const auto& expected = truth.files[outcome.verb];
  const auto files = FilesUnder(outcome.out);
  for (const auto& [path, content] : files) {
    const auto found = expected.find(path);
    if (found == expected.end()) return absl::StrCat("a file that should not be: ", path);
    if (found->second != content) return absl::StrCat("a file with wrong content: ", path);
  }
  if (outcome.status.ok() && files.size() != expected.size()) {
    return absl::StrCat("success with ", files.size(), " files of ", expected.size());
  }
  return "";
}

std::string CheckShown(const Truth& truth, const std::string& person, const Outcome& outcome) {
  const auto& expected = truth.shown.at(person);
  for (const auto& [what, text] : outcome.shown) {
    if (text.empty()) continue;
    const auto found = expected.find(what);
    if (found == expected.end()) {
      // What this very run made has an id of its own.
      if (IsShownOfSomething(expected, what, text)) continue;
      return absl::StrCat("shown, and is not: ", what, " ", text);
    }
    if (!found->second.contains(text)) return absl::StrCat("shown wrongly: ", what, " ", text);
  }
  return "";
}

std::string CheckHead(const Truth& truth, const Facts& facts, const Outcome& outcome,
                      const std::vector<audit::Checkpoint>& heads) {
  if (!outcome.head_after.has_value()) {
    return outcome.head_before.has_value() ? "the remembered head is gone" : "";
  }
  const audit::Checkpoint& after = *outcome.head_after;
  if (outcome.head_before == outcome.head_after || after.size.value == 0) return "";
  if (outcome.head_before.has_value() && after.size.value < outcome.head_before->size.value) {
    return absl::StrCat("the remembered head went back from ", Text(*outcome.head_before), " to ",
                        Text(after));
  }
  if (!Has(heads, after) && !Has(truth.heads, after)) {
    return absl::StrCat("the remembered head is not the log's: ", Text(after));
  }
  const Exchange& exchange = outcome.exchange;
  for (std::size_t i = 0; i < exchange.answers.size(); ++i) {
    if (i == exchange.bent_at) continue;
    if (Has(ClaimsOf(facts, exchange.answers[i]), after)) return "";
  }
  const bool is_refused = absl::IsDataLoss(outcome.status) && exchange.bent_at.has_value() &&
                          *exchange.bent_at + 1 == exchange.answers.size();
  if (is_refused) {
    return absl::StrCat("the remembered head is that of an answer that was refused: ", Text(after));
  }
  return "";
}

std::string CheckGrants(const Truth& truth, const Outcome& outcome,
                        const server::Organization* organization,
                        const FindIdentity& find_identity) {
  if (organization == nullptr) return outcome.exchange.appends.empty() ? "" : "sent to nobody";
  const auto snapshot = organization->snapshot();
  for (const client::AppendRequest& request : outcome.exchange.appends) {
    const auto statement = DecodeSigned(request.statement);
    if (!statement.ok()) return "a statement that does not decode";
    const auto body = DecodeBody(statement->statement.kind, statement->statement.body);
    if (!body.ok()) return "a body that does not decode";
    if (body->grants.size() != request.grants.size()) return "other grants than are named";
    for (std::size_t i = 0; i < body->grants.size(); ++i) {
      const GrantRef& ref = body->grants[i];
      const auto bytes = std::find_if(
          request.grants.begin(), request.grants.end(), [&](const client::GrantBytes& grant) {
            return grant.object == ref.object && grant.grantee == ref.grantee &&
                   Sha256(grant.grant) == ref.sha256;
          });
      if (bytes == request.grants.end()) return "a grant that is named and not sent";
      std::string broken =
          CheckOneGrant(truth, ref, bytes->grant, *snapshot->directory, find_identity);
      if (!broken.empty()) return broken;
    }
  }
  return "";
}

}  // namespace amparo::testing
