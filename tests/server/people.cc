#include "tests/server/people.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "crypto/digest.h"

namespace amparo::server::testing {
namespace {

const std::vector<std::string> kRegistrars = {"ria", "rob"};

Bytes BytesNamed(absl::string_view name, std::size_t size) {
  Bytes bytes;
  while (bytes.size() < size) {
    AppendTo(bytes, HashNamed(absl::StrCat(name, " ", bytes.size())).view());
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace

MadeObject ObjectNamed(absl::string_view name, ObjectClass object_class, std::size_t size) {
  MadeObject made;
  made.payload = BytesNamed(name, size);
  const Hash id = HashNamed(absl::StrCat("object ", name));
  made.ref.object = *ObjectId::From(id.view().first(ObjectId::kSize));
  made.ref.object_class = object_class;
  made.ref.payload_length = size;
  made.ref.payload_sha256 = Sha256(made.payload);
  return made;
}

MadeGrant GrantNamed(const ObjectId& object, const Certificate& certificate) {
  MadeGrant made;
  made.bytes = BytesNamed(absl::StrCat("grant ", ToHex(object), ToHex(certificate.member)),
                          GrantLength(RecipientType::kX25519));
  made.ref.object = object;
  made.ref.grantee = certificate.member;
  made.ref.grantee_certificate = HashOf(certificate);
  made.ref.length = static_cast<std::uint16_t>(made.bytes.size());
  made.ref.sha256 = Sha256(made.bytes);
  return made;
}

UnixSeconds& People::Now() {
  static UnixSeconds now{Organisation::kStartSeconds};
  return now;
}

void People::LiveAt(UnixSeconds now) { Now() = now; }

Certificate People::Make(absl::string_view name, std::uint16_t roles, std::vector<Desk> desks) {
  Certificate certificate = Organisation::CertificateFor(name, roles, std::move(desks));
  certificate.expiry = UnixSeconds{Now().value + 365ull * 24 * 3600};
  return certificate;
}

std::map<std::string, Certificate>& People::Known() {
  static std::map<std::string, Certificate> known = [] {
    std::map<std::string, Certificate> registrars;
    for (const std::string& name : kRegistrars) {
      registrars[name] = Make(name, RolesOf({Role::kRegistrar}), {});
    }
    return registrars;
  }();
  return known;
}

Policy People::FirstPolicy(const VerifyKey& log_key, absl::string_view salt) {
  Policy policy;
  for (const char* root : {"root-1", "root-2", "root-3"}) {
    policy.roots.push_back(KeyNamed(absl::StrCat(root, salt)).verify_key());
  }
  std::sort(policy.roots.begin(), policy.roots.end());
  policy.log_key = log_key;
  policy.recovery = amparo::testing::RecipientNamed("recovery");
  for (const std::string& name : kRegistrars) policy.registrars.push_back(CertificateOf(name));
  return policy;
}

SignedStatement People::FoundingStatement(const Policy& policy) {
  Statement statement;
  statement.kind = static_cast<std::uint16_t>(Kind::kPolicy);
  statement.org = OrgId{HashOf(policy).bytes};
  statement.subject_type = static_cast<std::uint8_t>(SubjectType::kDirectory);
  statement.body = EncodeBody({.act = policy, .objects = {}, .grants = {}});
  std::vector<StatementSignature> signatures;
  for (const char* salt : {"", " of the other"}) {
    for (const char* root : {"root-1", "root-2"}) {
      const SigningKey key = KeyNamed(absl::StrCat(root, salt));
      const bool is_root = std::find(policy.roots.begin(), policy.roots.end(), key.verify_key()) !=
                           policy.roots.end();
      if (!is_root) continue;
      signatures.push_back(
          {.key = key.verify_key(), .signature = key.Sign(EncodeStatement(statement))});
    }
  }
  return *AssembleSigned(statement, std::move(signatures));
}

SignedStatement People::Say(absl::string_view name, const Body& body, const Seen& seen,
                            const About& about) {
  const Certificate certificate = CertificateOf(name);
  const Kind kind = KindOf(body.act);
  Statement statement;
  statement.kind = static_cast<std::uint16_t>(kind);
  statement.org = seen.directory.org();
  statement.actor = certificate.member;
  statement.actor_certificate = HashOf(certificate);
  statement.actor_seq = ++sequences_[std::string(name)];
  statement.subject_type = static_cast<std::uint8_t>(SubjectTypeOf(kind));
  statement.subject = about.subject;
  const bool is_of_directory = SubjectTypeOf(kind) == SubjectType::kDirectory;
  statement.subject_prev = is_of_directory ? seen.directory.head() : about.prev;
  statement.seen_tree_size = seen.frontier.size();
  statement.seen_root = seen.frontier.Root();
  statement.claimed_time = UnixSeconds{Organisation::kStartSeconds};
  statement.body = EncodeBody(body);
  return SignStatement(statement, KeyNamed(name));
}

SignedStatement People::SayByRoots(const std::vector<std::string>& roots, const Act& act,
                                   const Seen& seen) {
  Statement statement;
  statement.kind = static_cast<std::uint16_t>(KindOf(act));
  statement.org = seen.directory.org();
  statement.subject_type = static_cast<std::uint8_t>(SubjectTypeOf(KindOf(act)));
  statement.subject_prev = seen.directory.tick_head();
  statement.seen_tree_size = seen.frontier.size();
  statement.seen_root = seen.frontier.Root();
  statement.body = EncodeBody({.act = act, .objects = {}, .grants = {}});
  std::vector<StatementSignature> signatures;
  for (const std::string& root : roots) {
    const SigningKey key = KeyNamed(root);
    signatures.push_back(
        {.key = key.verify_key(), .signature = key.Sign(EncodeStatement(statement))});
  }
  return *AssembleSigned(statement, std::move(signatures));
}

}  // namespace amparo::server::testing
