// The people of a server's tests: they found an organisation and say things under real keys,
// against whatever head and directory they are shown.
//
// Thread safety: one thread at a time.

#ifndef AMPARO_TESTS_SERVER_PEOPLE_H_
#define AMPARO_TESTS_SERVER_PEOPLE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "audit/merkle.h"
#include "directory/directory.h"
#include "server/submission.h"
#include "statement/statement.h"
#include "tests/support/organisation.h"

namespace amparo::server::testing {

using amparo::testing::HashNamed;
using amparo::testing::KeyNamed;
using amparo::testing::Organisation;
using amparo::testing::RolesOf;

// What a speaker has seen.
struct Seen {
  const directory::Directory& directory;
  const audit::Frontier& frontier;
};

// A subject and its newest turn, as the speaker believes.
struct About {
  SubjectId subject;
  Hash prev;
};

// An object of `size` bytes that `name` decides, and a grant of it.
struct MadeObject {
  ObjectRef ref;
  Bytes payload;
};
MadeObject ObjectNamed(absl::string_view name, ObjectClass object_class, std::size_t size = 300);
struct MadeGrant {
  GrantRef ref;
  Bytes bytes;
};
MadeGrant GrantNamed(const ObjectId& object, const Certificate& certificate);

class People {
 public:
  // The first policy: ria and rob are registrars; two of three roots sign. `salt` makes
  // another organisation.
  static Policy FirstPolicy(const VerifyKey& log_key, absl::string_view salt = "");
  static SignedStatement FoundingStatement(const Policy& policy);

  // What `name` says now; the body's objects and grants as given. The next sequence number.
  SignedStatement Say(absl::string_view name, const Body& body, const Seen& seen,
                      const About& about = {});
  SignedStatement Say(absl::string_view name, const Act& act, const Seen& seen,
                      const About& about = {}) {
    return Say(name, Body{.act = act, .objects = {}, .grants = {}}, seen, about);
  }
  // What these roots of FirstPolicy() say now on the log's subject.
  static SignedStatement SayByRoots(const std::vector<std::string>& roots, const Act& act,
                                    const Seen& seen);
  // Statements that enrol `name`, one at a time: show() makes each one stand.
  template <class Show>
  void Enrol(absl::string_view name, std::uint16_t roles, std::vector<Desk> desks, Show show);
  static Certificate CertificateOf(absl::string_view name) { return Known().at(std::string(name)); }
  // When people live; certificates last a year from then. REQUIRES: before anything else.
  static void LiveAt(UnixSeconds now);
  static Hash HashOfCertificate(absl::string_view name) { return HashOf(CertificateOf(name)); }

 private:
  static Certificate Make(absl::string_view name, std::uint16_t roles, std::vector<Desk> desks);
  static UnixSeconds& Now();
  static std::map<std::string, Certificate>& Known();
  std::map<std::string, std::uint64_t> sequences_;
};

template <class Show>
void People::Enrol(absl::string_view name, std::uint16_t roles, std::vector<Desk> desks,
                   Show show) {
  const Certificate certificate = Make(name, roles, desks);
  Known()[std::string(name)] = certificate;
  Invite invite;
  invite.invite = certificate.invite;
  invite.roles = roles;
  invite.desks = desks;
  invite.expiry = UnixSeconds{Now().value + 7 * 24 * 3600};
  show("ria", Act(invite));
  show("ria", Act(Certify{.certificate = certificate}));
  if ((roles & kPrivilegedRoles) != 0)
    show("rob", Act(Endorse{.certificate = HashOf(certificate)}));
}

}  // namespace amparo::server::testing

#endif  // AMPARO_TESTS_SERVER_PEOPLE_H_
