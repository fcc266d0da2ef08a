// Amparo's client library: start here. A Client is one member on one device; its methods are
// what people do, in people's words. It seals, signs, synchronises and replays; the server is
// never believed.
//
//   auto home = amparo::client::Home::Open(directory);
//   auto keys = home->Unlock(passphrase);
//   auto client = amparo::client::Client::Open(std::move(*home), std::move(*keys));
//   if (auto s = (*client)->Sync(); !s.ok()) ...
//   for (const auto& item : (*client)->Inbox()) ...
//
// Errors everywhere: UNAVAILABLE the server is down or has another key; DATA_LOSS somebody
// lies or bytes are damaged (stop and tell people); ABORTED somebody was faster and the person
// must decide; FAILED_PRECONDITION, PERMISSION_DENIED refused by the rules, the name of the
// refusal in DetailOf(status)->reason.
//
// Thread safety: one thread at a time per Client.

#ifndef AMPARO_CLIENT_CLIENT_H_
#define AMPARO_CLIENT_CLIENT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/connection.h"
#include "client/home.h"
#include "client/names.h"
#include "client/outbox_item.h"
#include "client/replica.h"
#include "custody/receipt.h"
#include "statement/sealed_texts.h"

namespace amparo::client {

// What is known of a member, as far as this home may know it.
struct MemberCard {
  MemberId member;
  std::string code;
  std::string name;  // Empty: not ours to know.
  std::uint16_t roles = 0;
  std::vector<Desk> desks;
  std::vector<std::string> languages;
  std::uint16_t capacity = 0;
  bool valid = false;
  bool waits_for_endorsement = false;
  std::size_t devices = 0;         // Valid certificates.
  std::size_t open_documents = 0;  // Assigned to them, as far as we see.
  std::string device_words;        // Of this device; empty for everybody but oneself.
};

struct CaseCardView {
  SubjectId id;
  std::string code;
  std::string title;  // Empty: not ours to know.
  std::string note;
  Desk desk = 0;
  std::vector<SubjectId> documents;
  std::vector<MemberId> shared_with;
};

struct DocumentCard {
  SubjectId id;
  std::string code;   // "heron-river-48/3".
  std::string title;  // Empty: not ours to know, or not fetched yet.
  std::string language, variety;
  std::string due_date;
  std::vector<std::string> content_warnings;
  std::uint16_t parts = 0, pages = 0;
  workflow::State state = workflow::State::kNone;  // At the newest tick.
  std::string next_step;  // "accept or decline", in the words of this member's role; or empty.
  std::size_t open_questions = 0;
  std::size_t usable_translators = 0;
};

// ---- Acts -------------------------------------------------------------------------------

struct FileToSend {
  std::string path;
  std::string name;  // The last component, as the system calls it.
  std::uint64_t size = 0;
  std::string media_type;
  // Since 1970, when its content was changed last. What is not so any more is not sealed.
  std::uint64_t modified_ns = 0;
};
struct NamedFile {
  std::string path;                 // As the person gave it.
  absl::StatusOr<FileToSend> file;  // INVALID_ARGUMENT: begins with the path, and says why not.
};
// Checks each by itself (exists, regular, not empty, at most 2 GiB, named once) and sorts them in
// natural order: IMG_2 before IMG_10, WhatsApp's unnumbered photo before "(1)".
// `order`, unless empty, rearranges that list: its numbers, from 1, each once.
// INVALID_ARGUMENT: no path, or no such order.
absl::StatusOr<std::vector<NamedFile>> PlanEach(const std::vector<std::string>& paths,
                                                const std::vector<std::size_t>& order);
// The files of one document, at most 200. INVALID_ARGUMENT names each that is unusable, and why.
absl::StatusOr<std::vector<FileToSend>> PlanFiles(const std::vector<std::string>& paths,
                                                  const std::vector<std::size_t>& order);

// How many of the files just sent anybody can still read at their path on this computer.
std::size_t StillReadable(const std::vector<FileToSend>& files);

struct Progress {
  std::uint64_t done_bytes = 0;
  std::uint64_t total_bytes = 0;
};
using ProgressListener = std::function<void(const Progress&)>;

struct SubmitOptions {
  SubjectId case_id;
  std::string title;     // Default: none.
  std::string language;  // BCP 47; empty: unknown.
  std::string variety;
  std::string due_date;  // "2026-12-04", or empty.
  std::vector<std::string> content_warnings;
  std::uint16_t pages = 0;
  std::optional<SubjectId> replaces;
};
struct AssignOptions {
  MemberId translator;
  MemberId reviewer;
  std::uint32_t lease_hours = 24 * 14;
  std::string message;
  std::string due_date;  // Exact, sealed; its week is clear.
};
// What the translator signs: docs/spec/certificate.md. The text is made from a template.
struct CertificateDraft {
  std::string legal_name, address, telephone;  // Sealed to the attorneys and recovery alone.
  std::string language, variety;
  std::string date;          // "2026-11-21".
  bool interpreted = false;  // Certificate of interpretation too: read back to the declarant.
};
struct HandInPlan {
  SubjectId document;
  std::vector<FileToSend> files;
  std::uint16_t version = 0;
  std::uint64_t words = 0;       // Counted in text and DOCX; 0: cannot tell.
  std::string certificate_text;  // As it will be signed.
  CertificateDraft draft;
};
struct OpenedFile {
  std::string path;  // Written, complete and verified.
  std::string name;  // As the author called it: untrusted, escape before printing.
  Hash sha256;
};
enum class Which { kSource, kTranslation };

struct ConversationEntry {
  Hash statement;
  MemberId by;
  NoteType type;
  Hash in_reply_to;
  std::string text;      // Empty: not granted to us, or damaged.
  bool damaged = false;  // Granted to us, and not what its author signed, or no text.
  UnixSeconds log_time;
};

// ---- The outbox ---------------------------------------------------------------------------
// Submit, HandIn, Accept, Decline, GiveBack, Ask, Answer, Return, Withdraw, Unassign and what
// Receive says are durable in the home before they are sent; without a link they wait there.

struct OutboxProgress {
  // Of an item with files: sealed bytes that the server has.
  std::function<void(const OutboxItem&, std::uint64_t sent_bytes)> moved;
  // An attempt at an item ended: it is stored, refused, or as it was.
  std::function<void(const OutboxItem&)> ended;
};

// ---- Bundles: carried by hand, docs/spec/bundle.md ------------------------------------------

struct DocumentsToCarry {
  MemberId member;
  std::vector<SubjectId> documents;  // Empty: all that the member may see.
  Position from;                     // Where the member's own copy of the log ends; 0: all of it.
};
struct ActWritten {
  std::uint64_t number = 0;  // Of the outbox.
  Kind kind = Kind::kNote;
  std::string about;  // What people call the subject.
};
struct BundleWritten {
  std::vector<std::string> documents;  // Their codes, when it carries documents,
  std::vector<ActWritten> acts;        // and these, when it carries acts.
  std::uint64_t bytes = 0;
};
struct CarriedActResult {
  Kind kind = Kind::kNote;
  std::string about;       // What people here call the subject.
  absl::Status status;     // OK: it stands in the log
  Position position = {};  // there.
};
struct BundleTaken {
  // Documents for this member: how far the log is known now, and what can be opened.
  TreeSize size = {};
  std::vector<std::string> documents = {};
  // Acts of somebody, or receipts of this home's own.
  std::vector<CarriedActResult> acts = {};
  // Not OK: what broke after these. The rest was not tried, or the receipts could not be written.
  absl::Status ended = {};
  bool has_receipts = false;  // The file of receipts is there, with one for each of `acts`.
};

// ---- The log, and who else saw it ---------------------------------------------------------

// What the remark begins with that says a key was given though NOT_WITNESSED; the person's
// reason follows in the next line.
inline constexpr char kUnwitnessedRemark[] =
    "A key is given though nobody else has confirmed this history.";

struct LogStatus {
  TreeSize size;
  Hash root;
  std::string words;  // Of size and root, to read to a colleague.
  UnixSeconds newest_tick;
  bool light = false;  // This home has not every leaf.
  struct Seen {
    std::optional<MemberId> member;  // Nothing: a partner's witness.
    std::string name;                // The member's code, or the witness's name.
    UnixSeconds time;                // By their own clock.
    TreeSize size;
    bool counts = false;  // A member now, or a witness that is trusted here.
  };
  std::vector<Seen> seen;             // The newest of each, newest first.
  std::vector<std::string> partners;  // Verifier keys of the witnesses that are trusted here.
  absl::Status may_grant;             // To a reader who is none of these: see MayGrantTo.
};

struct SyncOptions {
  std::optional<Reach>
      reach;  // How much of the log this home holds from now on; nothing: as before.
  // The person compared a log epoch with somebody who knows it: see EpochOffer.
  bool accept_epoch = false;
};

// An alarm that has not ended yet.
struct StandingAlarm {
  UnixSeconds noticed_at;
  std::string what;
  std::string evidence;  // The file for `amparo verify`; empty: nothing that a third could judge.
  bool proven = false;   // The evidence proves it: it ends when a person says so, not by itself.
  TreeSize contradicted_at;  // Of two heads that contradict each other, the smaller's; else 0.
};

class Client {
 public:
  static absl::StatusOr<std::unique_ptr<Client>> Open(Home home, KeyBundle keys,
                                                      Connector connector = ConnectGrpc);
  virtual ~Client() = default;

  // -- Looking --
  virtual absl::Status Sync(const SyncOptions& options) = 0;
  absl::Status Sync() { return Sync(SyncOptions{}); }
  // What the last Sync found, or an earlier one, if none succeeded since or it is proven.
  virtual std::optional<StandingAlarm> Alarm() const = 0;
  // A person says that it is settled; the home records it. What is shown again alarms again.
  // NOT_FOUND: no alarm stands.
  virtual absl::Status EndAlarm() = 0;
  // What the last Sync has to tell the person: names that are damaged, a log that was restored and
  // what of their own acts is lost with it. None of it keeps anybody from working.
  virtual std::vector<std::string> Notes() const = 0;
  virtual LogStatus Log() const = 0;
  // An alarm that Sync does not raise by itself, because a device with a wrong clock can work all
  // the same. DATA_LOSS, reason TIME_STANDS_STILL: the log's time is older than the policy's limit.
  virtual absl::Status CheckTimePasses() const = 0;
  // A partner organisation's witness, by its verifier key; its cosignatures count from now on.
  virtual absl::Status TrustWitness(absl::string_view verifier_key) = 0;
  virtual absl::Status DistrustWitness(absl::string_view name) = 0;
  virtual absl::Status Watch(const std::function<bool()>& changed) = 0;
  virtual const Replica& replica() const = 0;
  virtual MemberCard WhoAmI() const = 0;
  virtual std::vector<MemberCard> Members() const = 0;
  virtual std::vector<CaseCardView> Cases() = 0;
  virtual std::vector<DocumentCard> Inbox() = 0;      // What waits for this member.
  virtual std::size_t CountWaiting() const = 0;       // How many those are; opens none.
  virtual std::vector<DocumentCard> Documents() = 0;  // All visible.
  virtual absl::StatusOr<DocumentCard> Document(const SubjectId& document) = 0;
  virtual absl::StatusOr<std::vector<ConversationEntry>> Conversation(const SubjectId& doc) = 0;

  // -- The outbox: client/sending.h --
  // From now on acts wait in the outbox, and nothing is asked of the server for them.
  virtual void WorkOffline() = 0;
  virtual const std::vector<OutboxItem>& OutboxItems() const = 0;  // Oldest first.
  virtual absl::StatusOr<std::vector<OutboxItem>> StoredActs() const = 0;
  // The act that was done last: stored, or waiting. Nothing: none was done.
  virtual std::optional<OutboxItem> LastAct() const = 0;
  virtual absl::Status SendOutbox(const OutboxProgress& progress) = 0;
  virtual absl::StatusOr<std::string> DropFromOutbox(std::uint64_t number) = 0;
  virtual absl::Status RetryFromOutbox(std::uint64_t number) = 0;
  // The signed note of docs/spec/storage-receipt.md. NOT_FOUND: no stored act has that number, or
  // it handed over no object.
  virtual absl::StatusOr<std::string> StorageReceipt(std::uint64_t number) const = 0;

  // -- Bundles: client/bundle_export.h, client/bundle_import.h --
  virtual absl::StatusOr<BundleWritten> ExportDocuments(const DocumentsToCarry& wanted,
                                                        const std::string& path,
                                                        const ProgressListener& progress) = 0;
  virtual absl::StatusOr<BundleWritten> ExportActs(const std::string& path) = 0;
  // Of any kind. `receipts`: a new file for what becomes of acts; empty: none is written.
  virtual absl::StatusOr<BundleTaken> ImportBundle(const std::string& path,
                                                   const std::string& receipts,
                                                   const ProgressListener& progress) = 0;

  // -- Finding what a person typed --
  // `exact` (verbs that give a key): a full code or an exact unique name, never a prefix.
  // NOT_FOUND; FAILED_PRECONDITION: ambiguous, the message lists the candidates; of a document,
  // reason ITEM_WAITS: it is in the outbox still.
  virtual absl::StatusOr<MemberId> FindMember(absl::string_view typed, bool exact) = 0;
  virtual absl::StatusOr<SubjectId> FindCase(absl::string_view typed) = 0;
  virtual absl::StatusOr<SubjectId> FindDocument(absl::string_view typed) = 0;

  // -- Cases --
  virtual absl::StatusOr<SubjectId> NewCase(Desk desk, const CaseCard& card,
                                            bool deliver_on_approval) = 0;
  // Grants the case card and, to an attorney or coordinator, what they may have of the
  // documents this member can read. ALREADY_EXISTS: shared with them already.
  virtual absl::Status ShareCase(const SubjectId& case_id, const MemberId& with) = 0;

  // Whether a key may be given to `readers`, new where they are to read: OK, ALARM_STANDS,
  // VIEW_TOO_OLD, or NOT_WITNESSED, for which their own word does not count.
  virtual absl::Status MayGrantTo(const std::set<MemberId>& readers) const = 0;
  // For a key to `readers` of a document or case when nobody else confirmed this history: puts
  // a remark with the reason on it, for everybody who may read there, and lets the next act of
  // this Client there give keys, if no Sync comes between. False: nothing was needed, and nothing
  // was said. INVALID_ARGUMENT: no reason. UNAVAILABLE: the remark does not show in the log yet.
  virtual absl::StatusOr<bool> RecordUnwitnessed(const SubjectId& subject,
                                                 const std::string& reason,
                                                 const std::set<MemberId>& readers) = 0;
  absl::StatusOr<bool> RecordUnwitnessed(const SubjectId& subject, const std::string& reason) {
    return RecordUnwitnessed(subject, reason, {});
  }

  // -- Documents --
  // One document of all files, in their order. Warnings ("only one coordinator can read
  // this") come back for the person. Uploads first, then one Append.
  struct Submitted {
    SubjectId document;
    std::string code;
    std::vector<std::string> warnings;
  };
  virtual absl::StatusOr<Submitted> Submit(const std::vector<FileToSend>& files,
                                           const SubmitOptions& options,
                                           const ProgressListener& progress) = 0;
  virtual absl::Status Assign(const SubjectId& document, const AssignOptions& options) = 0;
  virtual absl::Status Unassign(const SubjectId& document) = 0;
  virtual absl::Status Accept(const SubjectId& document) = 0;
  virtual absl::Status Decline(const SubjectId& document, const std::string& reason) = 0;
  virtual absl::Status GiveBack(const SubjectId& document, const std::string& reason) = 0;
  // Writes every part into `directory` (created; must be empty or absent), names generated
  // by us from the order and a safe form of the original, mode 0600, never over a file.
  // Remembers in the home that this version was opened.
  virtual absl::StatusOr<std::vector<OpenedFile>> Open(const SubjectId& document, Which which,
                                                       const std::string& directory,
                                                       const ProgressListener& progress) = 0;
  virtual absl::Status Ask(const SubjectId& document, const std::string& text) = 0;
  // Answers the newest open question, or the one named.
  virtual absl::Status Answer(const SubjectId& document, const std::string& text,
                              std::optional<Hash> question) = 0;
  // Refuses a file equal to the source, to an earlier version, or to one handed in elsewhere
  // from this home. Nothing is sent.
  virtual absl::StatusOr<HandInPlan> PlanHandIn(const SubjectId& document,
                                                const std::vector<FileToSend>& files,
                                                const CertificateDraft& draft) = 0;
  // A reviewer's correction has no certificate: PlanCorrection leaves it empty.
  virtual absl::StatusOr<HandInPlan> PlanCorrection(const SubjectId& document,
                                                    const std::vector<FileToSend>& files) = 0;
  virtual absl::Status HandIn(const HandInPlan& plan, const ProgressListener& progress) = 0;
  // FAILED_PRECONDITION, reason NOT_OPENED_HERE, until this home opened source and translation.
  virtual absl::Status Approve(const SubjectId& document) = 0;
  virtual absl::Status Return(const SubjectId& document, const std::string& note) = 0;
  virtual absl::Status Deliver(const SubjectId& document, const std::vector<MemberId>& attorneys,
                               bool already_in_target_language) = 0;
  // Downloads, verifies and writes source, translation and certificate, then says so in the log.
  virtual absl::StatusOr<std::vector<OpenedFile>> Receive(const SubjectId& document,
                                                          const std::string& directory,
                                                          const ProgressListener& progress) = 0;
  virtual absl::Status Reopen(const SubjectId& document, const std::string& reason,
                              std::uint32_t lease_hours) = 0;
  virtual absl::Status Withdraw(const SubjectId& document) = 0;
  virtual absl::Status Share(const SubjectId& document, const MemberId& with) = 0;
  // Every part as a valid age file for this home's own recipient, the manifest too, a recipe
  // (README.txt with `age -d ... | head -c SIZE`), and the exported identity if asked
  // (an age passphrase file).
  virtual absl::Status Export(const SubjectId& document, const std::string& directory,
                              bool with_identity) = 0;
  // The document's whole custody history as one file, which anybody can check with no network:
  // custody/receipt.h. Judged before it is returned. `with_files`: with the keys of the parts that
  // this member can open; it then opens those to whoever has the sealed bytes.
  // PERMISSION_DENIED, reason NOT_GRANTED: `with_files`, and this member can open none.
  // DATA_LOSS: what the server adds does not verify.
  virtual absl::StatusOr<custody::Receipt> MakeReceipt(const SubjectId& document,
                                                       bool with_files) = 0;

  // -- Registrars: client/enrolment.h says what each does --
  struct InviteOptions {
    std::uint16_t roles = 0;
    std::vector<Desk> desks;
    bool submit_only = false;
    Attributes attributes;           // Display name, languages, capacity.
    std::optional<MemberId> member;  // A further device, or a replacement.
    std::uint32_t valid_hours = 24 * 7;
  };
  // The invitation's text, for a file or QR code. A secret until it is used.
  virtual absl::StatusOr<SecretBuffer> Invite(const InviteOptions& options) = 0;
  struct PendingRequest {
    InviteId invite;
    std::string member_code;
    std::string display_name;  // As the registrar who invited chose it.
    std::uint16_t roles = 0;
    std::vector<Desk> desks;
    bool submit_only = false;
    bool authentic = false;  // The HMAC under the invitation's secret is right.
    std::string problem;     // Why not, in words.
    Bytes request;
  };
  virtual absl::StatusOr<std::vector<PendingRequest>> Pending() = 0;
  virtual absl::StatusOr<MemberId> Admit(const PendingRequest& request,
                                         std::uint32_t valid_days) = 0;
  // Second registrar: also hands the directory identity to a coordinator. One certificate, never
  // several: FAILED_PRECONDITION if more than one of the member waits and none is named.
  virtual absl::Status Endorse(const MemberId& member,
                               std::optional<Hash> certificate = std::nullopt) = 0;
  virtual absl::Status Revoke(const MemberId& member, std::optional<Hash> certificate) = 0;
  // What a registrar of the policy does once it stands: the first directory epoch, if there is
  // none, and attributes; their own name, if nobody has it yet.
  virtual absl::Status StartDirectory(const std::vector<std::pair<MemberId, Attributes>>& who) = 0;

  // After a backup was restored: a draft for the roots to sign, and how many entries are lost; see
  // client/epoch_draft.h. Needs no Sync before, which would alarm.
  virtual absl::StatusOr<std::string> DraftLogEpoch(std::uint64_t& lost) = 0;
  virtual absl::Status PublishLogEpoch(const std::string& draft,
                                       const std::vector<std::string>& signatures) = 0;

  // Publishes the proof that the recovery recipient can open: see docs/spec/directory.md.
  virtual absl::Status ConfirmRecovery(const Hash& proof) = 0;
};

}  // namespace amparo::client

#endif  // AMPARO_CLIENT_CLIENT_H_
