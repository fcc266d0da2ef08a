#include "client/client.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/alarms.h"
#include "client/bundle_export.h"
#include "client/bundle_import.h"
#include "client/enrolment.h"
#include "client/epoch_draft.h"
#include "client/fetched.h"
#include "client/membership.h"
#include "client/name_book.h"
#include "client/names.h"
#include "client/promises.h"
#include "client/sending.h"
#include "client/subject_objects.h"
#include "client/verbs.h"
#include "client/workplace.h"

namespace amparo::client {
namespace {

// One member on one device. Every verb is a function in a workplace; this only hands them on.
class MemberClient final : public Client {
 public:
  explicit MemberClient(std::unique_ptr<Workplace> place) : place_(std::move(place)) {}

  absl::Status Sync(const SyncOptions& options) override {
    place_->accept_epoch = options.accept_epoch;
    if (absl::Status s = place_->Sync(options.reach); !s.ok()) return s;
    if (absl::Status s = LearnPeople(*place_); !s.ok()) return s;
    HomeCard card = place_->home.card();
    card.member_code = MemberCode(place_->self());
    card.documents_waiting = verbs::CountWaiting(*place_);
    return place_->home.WriteCard(card);
  }
  std::vector<std::string> Notes() const override {
    std::vector<std::string> notes = place_->restart_notes;
    notes.insert(notes.end(), place_->notes.begin(), place_->notes.end());
    if (!place_->witness_note.empty()) notes.push_back(place_->witness_note);
    for (const Promise& promise : place_->promises) {
      notes.push_back(absl::StrCat("the server acknowledged a ", KindName(promise.kind),
                                   ", and the log does not show it yet (entry ",
                                   promise.position.value, ")"));
    }
    return notes;
  }
  absl::Status CheckTimePasses() const override { return place_->CheckTimePasses(); }
  LogStatus Log() const override { return verbs::DescribeLog(*place_); }
  absl::Status TrustWitness(absl::string_view verifier_key) override {
    return TrustPartner(*place_, verifier_key);
  }
  absl::Status DistrustWitness(absl::string_view name) override {
    return DistrustPartner(*place_, name);
  }
  std::optional<StandingAlarm> Alarm() const override { return place_->alarm; }
  absl::Status EndAlarm() override { return EndAlarmByHand(*place_); }
  absl::Status Watch(const std::function<bool()>& changed) override {
    // A size that was told once is no news again, even if the log did not show it.
    TreeSize known = place_->replica.head().size;
    while (true) {
      TreeSize told = known;
      absl::Status watched;
      absl::Status held = place_->WhileHomeIsFree([&] {
        watched = place_->connection->Watch(known, [&](TreeSize now) {
          told = std::max(told, now);
          return told == known;
        });
      });
      if (!held.ok()) return held;
      if (told == known) return watched;
      if (absl::Status s = Sync(SyncOptions{}); !s.ok()) return s;
      if (!changed()) return absl::OkStatus();
      known = std::max(told, place_->replica.head().size);
    }
  }
  const Replica& replica() const override { return place_->replica; }
  MemberCard WhoAmI() const override { return verbs::Describe(*place_, place_->self()); }
  std::vector<MemberCard> Members() const override { return verbs::Members(*place_); }
  std::vector<CaseCardView> Cases() override { return verbs::Cases(*place_); }
  std::vector<DocumentCard> Inbox() override { return verbs::Inbox(*place_); }
  std::size_t CountWaiting() const override { return verbs::CountWaiting(*place_); }
  std::vector<DocumentCard> Documents() override { return verbs::Documents(*place_); }
  absl::StatusOr<DocumentCard> Document(const SubjectId& document) override {
    return verbs::Document(*place_, document);
  }
  absl::StatusOr<std::vector<ConversationEntry>> Conversation(const SubjectId& document) override {
    return verbs::Conversation(*place_, document);
  }

  void WorkOffline() override { place_->offline = true; }
  const std::vector<OutboxItem>& OutboxItems() const override { return place_->outbox->items(); }
  absl::StatusOr<std::vector<OutboxItem>> StoredActs() const override {
    return place_->outbox->Stored();
  }
  std::optional<OutboxItem> LastAct() const override { return place_->last_act; }
  absl::Status SendOutbox(const OutboxProgress& progress) override {
    return client::SendOutbox(*place_, progress);
  }
  absl::StatusOr<std::string> DropFromOutbox(std::uint64_t number) override {
    return DropItem(*place_, number);
  }
  absl::Status RetryFromOutbox(std::uint64_t number) override { return RetryItem(*place_, number); }
  absl::StatusOr<std::string> StorageReceipt(std::uint64_t number) const override {
    absl::StatusOr<std::vector<OutboxItem>> stored = place_->outbox->Stored();
    if (!stored.ok()) return stored.status();
    return StorageReceiptOf(place_->membership, *stored, number);
  }

  absl::StatusOr<BundleWritten> ExportDocuments(const DocumentsToCarry& wanted,
                                                const std::string& path,
                                                const ProgressListener& progress) override {
    return client::ExportDocuments(*place_, wanted, path, progress);
  }
  absl::StatusOr<BundleWritten> ExportActs(const std::string& path) override {
    return client::ExportActs(*place_, path);
  }
  absl::StatusOr<BundleTaken> ImportBundle(const std::string& path, const std::string& receipts,
                                           const ProgressListener& progress) override {
    return client::ImportBundle(*place_, path, receipts, progress);
  }

  absl::StatusOr<MemberId> FindMember(absl::string_view typed, bool exact) override {
    return verbs::FindMember(*place_, typed, exact);
  }
  absl::StatusOr<SubjectId> FindCase(absl::string_view typed) override {
    return verbs::FindCase(*place_, typed);
  }
  absl::StatusOr<SubjectId> FindDocument(absl::string_view typed) override {
    return verbs::FindDocument(*place_, typed);
  }

  absl::StatusOr<SubjectId> NewCase(Desk desk, const CaseCard& card,
                                    bool deliver_on_approval) override {
    return verbs::NewCase(*place_, desk, card, deliver_on_approval);
  }
  absl::Status ShareCase(const SubjectId& case_id, const MemberId& with) override {
    return Done(case_id, verbs::ShareCase(*place_, case_id, with));
  }

  absl::Status MayGrantTo(const std::set<MemberId>& readers) const override {
    return place_->CheckFreshEnoughToGrant(SubjectId{}, readers);
  }
  absl::StatusOr<bool> RecordUnwitnessed(const SubjectId& subject, const std::string& reason,
                                         const std::set<MemberId>& readers) override {
    return verbs::RecordUnwitnessed(*place_, subject, reason, readers);
  }

  absl::StatusOr<Submitted> Submit(const std::vector<FileToSend>& files,
                                   const SubmitOptions& options,
                                   const ProgressListener& progress) override {
    return verbs::Submit(*place_, files, options, progress);
  }
  absl::Status Assign(const SubjectId& document, const AssignOptions& options) override {
    return Done(document, verbs::Assign(*place_, document, options));
  }
  absl::Status Unassign(const SubjectId& document) override {
    return verbs::Unassign(*place_, document);
  }
  absl::Status Accept(const SubjectId& document) override {
    return verbs::Accept(*place_, document);
  }
  absl::Status Decline(const SubjectId& document, const std::string& reason) override {
    return verbs::Decline(*place_, document, reason);
  }
  absl::Status GiveBack(const SubjectId& document, const std::string& reason) override {
    return verbs::GiveBack(*place_, document, reason);
  }
  absl::StatusOr<std::vector<OpenedFile>> Open(const SubjectId& document, Which which,
                                               const std::string& directory,
                                               const ProgressListener& progress) override {
    return verbs::OpenInto(*place_, document, which, directory, progress);
  }
  absl::Status Ask(const SubjectId& document, const std::string& text) override {
    return verbs::Ask(*place_, document, text);
  }
  absl::Status Answer(const SubjectId& document, const std::string& text,
                      std::optional<Hash> question) override {
    return verbs::Answer(*place_, document, text, question);
  }
  absl::StatusOr<HandInPlan> PlanHandIn(const SubjectId& document,
                                        const std::vector<FileToSend>& files,
                                        const CertificateDraft& draft) override {
    return verbs::PlanHandIn(*place_, document, files, draft);
  }
  absl::StatusOr<HandInPlan> PlanCorrection(const SubjectId& document,
                                            const std::vector<FileToSend>& files) override {
    return verbs::PlanCorrection(*place_, document, files);
  }
  absl::Status HandIn(const HandInPlan& plan, const ProgressListener& progress) override {
    return verbs::HandIn(*place_, plan, progress);
  }
  absl::Status Approve(const SubjectId& document) override {
    return verbs::Approve(*place_, document);
  }
  absl::Status Return(const SubjectId& document, const std::string& note) override {
    return verbs::Return(*place_, document, note);
  }
  absl::Status Deliver(const SubjectId& document, const std::vector<MemberId>& attorneys,
                       bool already_in_target_language) override {
    return Done(document, verbs::Deliver(*place_, document, attorneys, already_in_target_language));
  }
  absl::StatusOr<std::vector<OpenedFile>> Receive(const SubjectId& document,
                                                  const std::string& directory,
                                                  const ProgressListener& progress) override {
    return verbs::Receive(*place_, document, directory, progress);
  }
  absl::Status Reopen(const SubjectId& document, const std::string& reason,
                      std::uint32_t lease_hours) override {
    return verbs::Reopen(*place_, document, reason, lease_hours);
  }
  absl::Status Withdraw(const SubjectId& document) override {
    return verbs::Withdraw(*place_, document);
  }
  absl::Status Share(const SubjectId& document, const MemberId& with) override {
    return Done(document, verbs::Share(*place_, document, with));
  }
  absl::Status Export(const SubjectId& document, const std::string& directory,
                      bool with_identity) override {
    return verbs::Export(*place_, document, directory, with_identity);
  }
  absl::StatusOr<custody::Receipt> MakeReceipt(const SubjectId& document,
                                               bool with_files) override {
    return verbs::MakeReceipt(*place_, document, with_files);
  }

  absl::StatusOr<SecretBuffer> Invite(const InviteOptions& options) override {
    return PublishInvitation(place_->enrolment(), options);
  }
  absl::StatusOr<std::vector<PendingRequest>> Pending() override {
    return PendingRequests(place_->enrolment());
  }
  absl::StatusOr<MemberId> Admit(const PendingRequest& request, std::uint32_t valid_days) override {
    if (!request.submit_only) {  // Such a device is given no key.
      auto readers = NewReaders(request);
      if (!readers.ok()) return readers.status();
      absl::Status fresh = place_->CheckFreshEnoughToGrant(SubjectId{}, *readers);
      if (!fresh.ok()) return fresh;
    }
    return AdmitRequest(place_->enrolment(), request, valid_days);
  }
  absl::Status Endorse(const MemberId& member, std::optional<Hash> certificate) override {
    absl::Status fresh = place_->CheckFreshEnoughToGrant(
        SubjectId{}, PartiesToEndorsement(place_->replica.directory(), member));
    if (!fresh.ok()) return fresh;
    return EndorseMember(place_->enrolment(), member, certificate);
  }
  absl::Status Revoke(const MemberId& member, std::optional<Hash> certificate) override {
    return RevokeMember(place_->enrolment(), member, certificate);
  }
  absl::Status StartDirectory(const std::vector<std::pair<MemberId, Attributes>>& who) override {
    // A log that holds the founding policy alone has no time yet, and nothing in it is old.
    if (place_->replica.head().size.value > 1) {
      absl::Status fresh = place_->CheckFreshEnoughToGrant(
          SubjectId{}, ReadersOfDirectory(place_->enrolment(), who));
      if (!fresh.ok()) return fresh;
    }
    return PublishDirectoryEpoch(place_->enrolment(), who);
  }
  absl::StatusOr<std::string> DraftLogEpoch(std::uint64_t& lost) override {
    return client::DraftLogEpoch(*place_->connection, place_->replica, place_->membership.org,
                                 lost);
  }
  absl::Status PublishLogEpoch(const std::string& draft,
                               const std::vector<std::string>& signatures) override {
    auto parsed = ParseLogEpochDraft(draft);
    if (!parsed.ok()) return parsed.status();
    auto epoch = AssembleLogEpoch(*parsed, place_->replica.directory().policy(), signatures);
    if (!epoch.ok()) return epoch.status();
    return place_->connection->Append({.statement = epoch->bytes, .grants = {}, .objects = {}})
        .status();
  }
  absl::Status ConfirmRecovery(const Hash& proof) override {
    return PublishRecoveryTested(place_->enrolment(), proof);
  }

 private:
  // A remark that excuses from a witness is for one act.
  absl::Status Done(const SubjectId& about, absl::Status act) {
    if (act.ok()) place_->EndOverride(about);
    return act;
  }

  std::unique_ptr<Workplace> place_;
};

absl::Status CheckKeys(const KeyBundle& keys) {
  if (keys.signing.has_value() && keys.authentication.has_value() && keys.home.has_value()) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      "this home has no member's keys; it is a root's or a recovery home");
}

}  // namespace

absl::StatusOr<std::unique_ptr<Client>> Client::Open(Home home, KeyBundle keys,
                                                     Connector connector) {
  if (absl::Status s = CheckKeys(keys); !s.ok()) return s;
  absl::StatusOr<Membership> membership = ReadMembership(home, *keys.home);
  if (!membership.ok()) return membership.status();
  absl::StatusOr<Replica> replica = RestoreReplica(home, *keys.home, *membership);
  if (!replica.ok()) return replica.status();
  absl::StatusOr<std::unique_ptr<Connection>> connection = connector(membership->server);
  if (!connection.ok()) return connection.status();
  auto place = std::make_unique<Workplace>(std::move(home), std::move(keys), std::move(*membership),
                                           std::move(*connection), std::move(*replica));
  Fetched(place->home.directory()).Tidy(place->clock());
  if (absl::Status s = place->ReadHome(); !s.ok()) return s;
  return std::make_unique<MemberClient>(std::move(place));
}

}  // namespace amparo::client
