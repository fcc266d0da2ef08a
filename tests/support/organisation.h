// An organisation for tests: real keys, derived from names, and a directory that every
// statement went through. People are called by their first names.
//
// Thread safety: one thread at a time.

#ifndef AMPARO_TESTS_SUPPORT_ORGANISATION_H_
#define AMPARO_TESTS_SUPPORT_ORGANISATION_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "crypto/signature.h"
#include "directory/directory.h"

namespace amparo::testing {

// The same name, the same key.
SigningKey KeyNamed(absl::string_view name);
Hash HashNamed(absl::string_view name);
Recipient RecipientNamed(absl::string_view name);

constexpr std::uint16_t RolesOf(std::initializer_list<Role> roles) {
  std::uint16_t bits = 0;
  for (const Role role : roles) bits = static_cast<std::uint16_t>(bits | static_cast<int>(role));
  return bits;
}

// One certificate and what signs with it. `name` is "tina", or "tina's telephone": the member
// is the part before the apostrophe.
struct Device {
  std::string name;
  Certificate certificate;
  Hash hash;
  std::uint64_t seq = 0;
};

struct Founding {
  std::vector<std::string> roots = {"root-1", "root-2", "root-3"};
  std::uint8_t threshold = 2;
  std::vector<std::string> registrars = {"ria", "rob"};
  bool recovery_tested = true;
};

class Organisation {
 public:
  static constexpr std::uint64_t kStartSeconds = 472'222ull * 3600;  // November 2023.

  // Founded, with its first tick. REQUIRES: the directory accepts it.
  explicit Organisation(Founding founding = {});

  directory::Directory& directory() { return directory_; }
  const directory::Directory& directory() const { return directory_; }
  // Where the next statement will stand, and `now` there.
  directory::Moment Here() const { return directory_.MomentAt(Position{position_}); }
  UnixSeconds In(std::uint64_t hours) const { return {Here().now.value + hours * 3600}; }
  Position TakePosition() { return Position{position_++}; }

  static MemberId Member(absl::string_view name);
  // REQUIRES: enrolled, or a registrar.
  Device& device(absl::string_view name);
  const Device& device(absl::string_view name) const;
  // The certificate that `name` would join with; it need not be enrolled.
  static Certificate CertificateFor(absl::string_view name, std::uint16_t roles,
                                    std::vector<Desk> desks, bool submit_only = false);

  // Invited, certified by ria and, if privileged or a further device, endorsed by rob.
  Device& Enrol(absl::string_view name, std::uint16_t roles, std::vector<Desk> desks = {},
                bool submit_only = false);

  // Class-1 statements as `device` or the roots or the log would make them now.
  SignedStatement Say(absl::string_view device, Act act, std::vector<ObjectRef> objects = {});
  SignedStatement SayByRoots(const std::vector<std::string>& roots, Act act) const;
  SignedStatement SayByLog(Act act, absl::string_view key = "log") const;
  // The statement before it is signed, for tests that bend it. `device` may be "root" or "log".
  Statement Draft(absl::string_view device, const Act& act, std::vector<ObjectRef> objects = {});

  // At the next position; a refused statement takes none.
  std::optional<directory::Refusal> Apply(const SignedStatement& statement);
  // Apply, and abort the test program when refused.
  void MustApply(const SignedStatement& statement);
  void TickTo(UnixSeconds now);
  void Wait(std::uint64_t hours) { TickTo(In(hours)); }
  void Revoke(absl::string_view member);

  // The next policy, as the current one but for its version.
  Policy NextPolicy() const;

 private:
  directory::Directory directory_;
  std::map<std::string, Device> devices_;
  std::uint64_t position_ = 0;
};

}  // namespace amparo::testing

#endif  // AMPARO_TESTS_SUPPORT_ORGANISATION_H_
