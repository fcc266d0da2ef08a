#include "tests/server/correspondent.h"

#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "audit/log_entry.h"

namespace amparo::server::testing {
namespace {

constexpr std::uint32_t kSyncEntries = 500;

[[noreturn]] void Abort(const std::string& what, const std::string& why) {
  std::fprintf(stderr, "%s: %s\n", what.c_str(), why.c_str());
  std::abort();
}

}  // namespace

std::string ReasonGiven(const absl::Status& status) {
  if (status.ok()) return "OK";
  const auto detail = client::DetailOf(status);
  return detail ? detail->reason : status.ToString();
}

void Correspondent::Be(const std::string& name) {
  key_ = KeyNamed(absl::StrCat(name, ", authentication"));
  connection_.UseSession(
      {.org = org_, .certificate = People::HashOfCertificate(name), .authentication = &*key_});
}

void Correspondent::Sync() {
  while (true) {
    const auto reply = connection_.Sync(Position{entries_.size()}, kSyncEntries);
    if (!reply.ok()) Abort("sync", reply.status().ToString());
    if (reply->entries.empty()) return;
    for (const client::SyncEntry& entry : reply->entries) {
      const auto leaf = audit::DecodeLeaf(entry.leaf);
      if (!leaf.ok()) Abort("a leaf", leaf.status().ToString());
      if (leaf->leaf_class == 1) {
        (void)directory_.Apply(*DecodeSigned(entry.statement), Position{entries_.size()});
      }
      frontier_.Append(audit::LeafHash(*leaf));
      entries_.push_back(entry);
    }
  }
}

std::string Correspondent::Carry(const SignedStatement& statement) {
  const auto reply =
      connection_.Append({.statement = statement.bytes, .grants = {}, .objects = {}});
  return ReasonGiven(reply.status());
}

std::string Correspondent::Say(const std::string& name, const Act& act, const About& about) {
  Sync();
  return Carry(people_.Say(name, act, seen(), about));
}

std::string Correspondent::SayByRoots(const std::vector<std::string>& roots, const Act& act) {
  Sync();
  return Carry(People::SayByRoots(roots, act, seen()));
}

void Correspondent::SetUp() {
  Be("ria");
  const auto must = [&](const std::string& name, const Act& act) {
    const std::string reason = Say(name, act);
    if (reason != "OK") Abort(absl::StrCat(name, " says ", KindName(KindOf(act))), reason);
  };
  must("ria", RecoveryTested{.proof = HashNamed("challenge")});
  for (const char* name : {"cleo", "carl"}) {
    people_.Enrol(name, RolesOf({Role::kCoordinator}), {1},
                  [&](const char* who, const Act& act) { must(who, act); });
  }
  Sync();
}

std::vector<Hash> Correspondent::LeafHashes() const {
  std::vector<Hash> hashes;
  for (const client::SyncEntry& entry : entries_) {
    hashes.push_back(audit::LeafHash(*audit::DecodeLeaf(entry.leaf)));
  }
  return hashes;
}

audit::Checkpoint Correspondent::Open(const std::string& note) const {
  const auto opened = audit::OpenCheckpoint(org_, log_key_, note);
  if (!opened.ok()) Abort("a checkpoint", opened.status().ToString());
  return *opened;
}

}  // namespace amparo::server::testing
