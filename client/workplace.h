// Workplace: what the verbs of one member on one device share. client/client.cc builds it and
// client/verbs.h works in it; nobody else needs to know it.
//
// Thread safety: one thread at a time.

#ifndef AMPARO_CLIENT_WORKPLACE_H_
#define AMPARO_CLIENT_WORKPLACE_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/carried.h"
#include "client/connection.h"
#include "client/enrolment.h"
#include "client/home.h"
#include "client/membership.h"
#include "client/outbox.h"
#include "client/refused.h"
#include "client/replica.h"
#include "client/statement_author.h"
#include "client/witnessing.h"
#include "statement/sealed_texts.h"
#include "workflow/workflow.h"

namespace amparo::client {

// Sealed files of the home that the verbs keep, beside those of client/membership.h.
inline constexpr char kNamesFile[] = "names";              // Who is who: client/name_book.h.
inline constexpr char kObjectsLog[] = "objects";           // Sealed objects fetched once.
inline constexpr char kOpenedLog[] = "opened";             // What was opened here.
inline constexpr char kHandedInLog[] = "handed-in";        // Hashes of what was handed in here.
inline constexpr char kAlarmFile[] = "alarm";              // The alarm that stands: alarms.h.
inline constexpr char kEndedAlarmsLog[] = "ended-alarms";  // Those that a person ended.
inline constexpr char kPromisesFile[] = "promises";    // Acknowledged, not yet seen: promises.h.
inline constexpr char kRestartsLog[] = "restarts";     // Log epochs gone on at: restart.h.
inline constexpr char kWitnessesFile[] = "witnesses";  // Who saw our history: witnessing.h.
inline constexpr char kCarriedLog[] = "carried";  // What bundles brought of the log: carried.h.

// A small object as the server gave it, with the grants to this member. Sealed bytes: checked
// and opened anew each time they are used.
struct KeptObject {
  Bytes payload;  // Empty: it is a blob.
  std::vector<Bytes> grants;
  bool in_home = false;  // Written to the home already.
};

struct Workplace {
  Workplace(Home the_home, KeyBundle the_keys, Membership the_membership,
            std::unique_ptr<Connection> the_connection, Replica the_replica);
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;

  Home home;
  KeyBundle keys;
  Membership membership;
  std::unique_ptr<Connection> connection;
  Replica replica;
  std::optional<StatementAuthor> author;  // Always there; built once the certificate is known.
  std::map<ObjectId, KeptObject> objects;
  std::map<MemberId, Attributes> people;  // As far as this home may know: client/name_book.h.
  Hash people_at;                         // The directory's head they were read at.
  std::vector<std::string> notes;         // What was wrong with names when they were read last.
  Witnessing witnessing;
  std::string witness_note;  // Why the server took no cosignature of ours; or empty.
  std::optional<StandingAlarm> alarm;
  std::vector<Promise> promises;           // What the server acknowledged: client/promises.h.
  std::optional<Carried> carried;          // The replica goes on with what a bundle brought.
  std::unique_ptr<Outbox> outbox;          // Always there once Client::Open is done.
  bool offline = false;                    // Nothing is sent: acts wait in the outbox.
  std::optional<OutboxItem> last_act;      // What client/sending.h was asked for last.
  bool accept_epoch = false;               // The person vouches for a log epoch: restart.h.
  std::vector<std::string> restart_notes;  // What it took from this home.
  // Whose remark says that a key is given without a witness: for one act, and until the next Sync.
  std::set<SubjectId> unwitnessed;
  Clock clock = SystemNow;

  // Brings the replica up to date and persists it; learns this home's own certificate and who
  // else saw the log, and cosigns it, unless an alarm stands that this does not end.
  // DATA_LOSS: see Replica::Sync, CheckPromises and LearnSightings.
  // `reach`: nothing: as before; at first as is usual for these keys.
  absl::Status Sync(std::optional<Reach> reach = std::nullopt);
  // Lets other processes work in this home while `work` waits for the network, and reads the home
  // anew if one did: pointers into it, as into the replica, are of before. An error: it could not
  // be had again, or is damaged; nothing of it may be used any more.
  absl::Status WhileHomeIsFree(const std::function<void()>& work);
  // Looks for this home's own certificate in what the replica holds. True: it is a new one.
  absl::StatusOr<bool> FindOwnCertificate();
  // The same for an author in the middle of its work.
  absl::Status SyncReplicaOnly(std::optional<Reach> reach = std::nullopt);

  // All of the home that the constructor was not given. DATA_LOSS: it is damaged.
  absl::Status ReadHome();

  const MemberId& self() const { return membership.member; }
  workflow::Context context() const { return {replica.directory(), replica.now()}; }
  EnrolmentContext enrolment();
  bool HasRole(Role role) const;
  // Signs and sends.
  absl::StatusOr<Published> Publish(const Draft& draft) { return author->Publish(draft); }

  // NOT_FOUND: never seen, or no longer ours to see.
  absl::StatusOr<const DocumentHistory*> FindDocument(const SubjectId& document) const;
  absl::StatusOr<const CaseHistory*> FindCase(const SubjectId& case_id) const;

  // DATA_LOSS, reason TIME_STANDS_STILL: the log's time is older than the policy's limit by this
  // computer's clock. What was synchronised is taken over all the same.
  absl::Status CheckTimePasses() const;
  // Whoever grants needs a fresh view. FAILED_PRECONDITION, reason VIEW_TOO_OLD: the newest tick
  // is older than the policy allows.
  absl::Status CheckViewIsFresh() const;
  // The same, and for a key to new readers of `about` (zeros: the directory) somebody who is none
  // of `readers` must have seen this history: NOT_WITNESSED, see CheckWitnessed. A document or
  // case on which verbs::RecordUnwitnessed put its remark needs nobody.
  absl::Status CheckFreshEnoughToGrant(const SubjectId& about,
                                       const std::set<MemberId>& readers) const;
  // The act is done that a remark on `about`, or on its case, was made for.
  void EndOverride(const SubjectId& about);

 private:
  absl::Status AdoptOwnCertificate();
  void BecomeAuthor();
};

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_WORKPLACE_H_
