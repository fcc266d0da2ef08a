// A town: one organisation on the real engine, with a home and a Client for each person, so
// that a test is a five-line story. All devices are in one process; keys and seals are real.
//
//   fay (submit-only), flo    fellows         cleo, carl   coordinators of desk 1
//   tina, tom                 translators     rita, rex    reviewers
//   ada, abe                  attorneys       ria, rob     registrars
//   mal                       a fellow who publishes by hand what a Client would not
//
// Thread safety: one thread at a time.

#ifndef AMPARO_TESTS_CLIENT_VERBS_TOWN_H_
#define AMPARO_TESTS_CLIENT_VERBS_TOWN_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "audit/checkpoint.h"
#include "client/client.h"
#include "client/workplace.h"
#include "tests/client_verbs/scratch_directory.h"
#include "tests/client_verbs/tampering_connection.h"
#include "tests/support/engine_connection.h"

namespace amparo::testing {

class Town {
 public:
  // Everybody is enrolled and has synchronised. The log's clock goes after this computer's by
  // `log_clock_offset_s`.
  // `from_the_start`: how the server treats everybody, already when they are enrolled.
  explicit Town(std::int64_t log_clock_offset_s = 0, const Tampering& from_the_start = {});

  // The person's client, after a Sync that must succeed.
  client::Client& As(const std::string& name);
  // The same, as it is.
  client::Client& Stale(const std::string& name) { return *people_.at(name).client; }
  // Another process at work in the person's home, by the same server; it waits until the home is
  // free.
  std::unique_ptr<client::Client> Beside(const std::string& name);
  // The person's own client ends.
  void Leave(const std::string& name) { people_.at(name).client.reset(); }
  const MemberId& Id(const std::string& name) const { return people_.at(name).certificate.member; }
  const Identity& IdentityOf(const std::string& name) const { return *people_.at(name).identity; }
  // How the server treats this person from now on.
  Tampering& Server(const std::string& name) { return *people_.at(name).tampering; }
  Engine& engine() { return *engine_; }
  // What the log would sign, and what a person would, had they seen it.
  std::string SignedByLog(const audit::Checkpoint& head) const;
  std::string CosignatureOf(const std::string& name, UnixSeconds time,
                            const std::string& note) const;
  client::Workplace& Mal() { return *mal_; }
  client::Workplace& Ria() { return *ria_; }
  void Revoke(const std::string& name);
  std::string HomeOf(const std::string& name) const { return scratch_.At("home-" + name); }
  std::string At(const std::string& name) const { return scratch_.At(name); }
  const ScratchDirectory& scratch() const { return scratch_; }
  // A name for a directory that does not exist yet.
  std::string Fresh() { return scratch_.At("out-" + std::to_string(++fresh_)); }

  // ---- What happens before the interesting part; each must succeed ----
  SubjectId OpenCase(bool deliver_on_approval = true);
  SubjectId Submit(const SubjectId& case_id, const std::vector<std::string>& paths,
                   const std::string& fellow = "fay", client::SubmitOptions options = {});
  void Assign(const SubjectId& document, const std::string& translator = "tina",
              const std::string& reviewer = "rita");
  void HandIn(const SubjectId& document, const std::string& path,
              const std::string& translator = "tina");
  // Opens both texts as `reviewer`.
  void Read(const SubjectId& document, const std::string& reviewer = "rita");
  static client::CertificateDraft DraftOfCertificate();
  client::AssignOptions People(const std::string& translator, const std::string& reviewer) const;
  static client::SubmitOptions To(const SubjectId& case_id);

 private:
  struct Person {
    Certificate certificate;
    KeyBundle keys;  // Until its client has them.
    std::optional<Identity> identity;
    std::optional<SigningKey> signing;  // The same as its client's.
    SecretBuffer key_text;              // So are these.
    std::shared_ptr<Tampering> tampering = std::make_shared<Tampering>();
    std::unique_ptr<client::Client> client;
  };
  void AddPerson(const std::string& name, std::uint16_t roles, bool submit_only = false);
  void FoundBy(const std::vector<std::string>& registrars, std::int64_t log_clock_offset_s);
  client::Home MakeHome(const std::string& name);
  std::unique_ptr<client::Workplace> WorkplaceOf(const std::string& name);
  void Enrol(const std::string& name, client::Workplace& registrar);
  std::unique_ptr<client::Connection> ConnectAs(const std::string& name);

  ScratchDirectory scratch_;
  SigningKey log_key_ = SigningKey::Generate();
  Identity recovery_ = Identity::Generate();
  OrgId org_;
  std::unique_ptr<Engine> engine_;
  std::map<std::string, Person> people_;
  std::unique_ptr<client::Workplace> ria_, mal_;
  int fresh_ = 0;
};

// What a member knows of the log, as text.
std::string PictureOf(const client::Replica& replica);

}  // namespace amparo::testing

#endif  // AMPARO_TESTS_CLIENT_VERBS_TOWN_H_
