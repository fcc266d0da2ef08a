// Cards: what a member may know of people, cases and documents, gathered from the replica and
// from what was granted to this home. What cannot be opened is left empty.

#include <algorithm>
#include <utility>

#include "client/drafting.h"
#include "client/name_book.h"
#include "client/names.h"
#include "client/subject_objects.h"
#include "client/verbs.h"

namespace amparo::client::verbs {
namespace {

std::size_t CountOpenDocuments(const Workplace& place, const MemberId& member) {
  const UnixSeconds now = place.replica.now().now;
  return static_cast<std::size_t>(std::count_if(
      place.replica.documents().begin(), place.replica.documents().end(), [&](const auto& entry) {
        const workflow::State state = entry.second.document.StateAt(now);
        return entry.second.document.translator == member &&
               (state == workflow::State::kAssigned || state == workflow::State::kTranslating);
      }));
}

bool Speaks(const Workplace& place, const MemberId& member, const std::string& language) {
  const auto known = place.people.find(member);
  if (language.empty() || known == place.people.end() || known->second.languages.empty()) {
    return true;  // Nothing says that they do not.
  }
  const std::vector<std::string>& languages = known->second.languages;
  return std::find(languages.begin(), languages.end(), language) != languages.end();
}

std::size_t CountUsableTranslators(const Workplace& place, const workflow::Document& document,
                                   const std::string& language) {
  const directory::Directory& directory = place.replica.directory();
  const std::vector<MemberId> translators =
      directory.MembersWith(Role::kTranslator, 0, place.replica.now());
  return static_cast<std::size_t>(
      std::count_if(translators.begin(), translators.end(), [&](const MemberId& member) {
        return !document.submitters.contains(member) && Speaks(place, member, language);
      }));
}

// From the source's manifest, or else from the message of the assignment.
void AddSealedWords(Workplace& place, const DocumentHistory& history, DocumentCard& card) {
  if (!place.keys.identity.has_value()) return;
  absl::StatusOr<workflow::Version> version = CurrentVersion(history, Which::kSource);
  if (!version.ok()) return;
  absl::StatusOr<OpenedVersion> source = OpenVersion(place, history, *version, Which::kSource);
  if (source.ok()) {
    card.title = source->manifest.title;
    card.language = source->manifest.language;
    card.variety = source->manifest.variety;
    card.due_date = source->manifest.due_date;
    card.content_warnings = source->manifest.content_warnings;
    card.pages = source->manifest.pages;
  }
  absl::StatusOr<AssignmentMessage> message = OpenAssignmentMessage(place, history);
  if (!message.ok()) return;
  if (!message->due_date.empty()) card.due_date = message->due_date;
  if (card.language.empty()) card.language = message->language;
  if (card.variety.empty()) card.variety = message->variety;
}

DocumentCard MakeCard(Workplace& place, const DocumentHistory& history) {
  const workflow::Document& document = history.document;
  DocumentCard card{.id = document.id,
                    .code = DocumentCode(document.case_id, document.number),
                    .title = {},
                    .language = {},
                    .variety = {},
                    .due_date = {},
                    .content_warnings = {},
                    .state = document.StateAt(place.replica.now().now),
                    .next_step = NextStep(place, document)};
  if (!document.sources.empty()) {
    const std::vector<ObjectRef>& objects = document.sources.back().objects;
    card.parts = static_cast<std::uint16_t>(
        std::count_if(objects.begin(), objects.end(),
                      [](const ObjectRef& ref) { return ref.object_class == ObjectClass::kPart; }));
  }
  card.open_questions = static_cast<std::size_t>(
      std::count_if(document.questions.begin(), document.questions.end(),
                    [](const workflow::Question& question) { return !question.answered; }));
  AddSealedWords(place, history, card);
  card.usable_translators = CountUsableTranslators(place, document, card.language);
  return card;
}

bool HasEarlierCode(const DocumentCard& a, const DocumentCard& b) {
  return a.code.size() != b.code.size() ? a.code.size() < b.code.size() : a.code < b.code;
}

// Of this home's own keys, whether or not anybody has certified them yet.
std::string OwnDeviceWords(const Workplace& place) {
  if (!place.keys.signing || !place.keys.authentication) return "";
  Certificate device;
  device.signing = place.keys.signing->verify_key();
  device.authentication = place.keys.authentication->verify_key();
  if (place.keys.identity) device.recipient = place.keys.identity->recipient();
  return DeviceWords(device);
}

}  // namespace

MemberCard Describe(const Workplace& place, const MemberId& member) {
  const directory::Directory& directory = place.replica.directory();
  const directory::Moment moment = place.replica.now();
  MemberCard card{.member = member,
                  .code = MemberCode(member),
                  .name = NameOf(place, member),
                  .desks = {},
                  .languages = {},
                  .device_words = {}};
  const auto known = place.people.find(member);
  if (known != place.people.end()) {
    card.languages = known->second.languages;
    card.capacity = known->second.capacity;
  }
  std::set<Desk> desks;
  for (const directory::CertificateRecord& record : directory.records()) {
    if (record.certificate.member != member) continue;
    const bool waits = !record.effective_at.has_value() && !record.revoked_at.has_value();
    card.waits_for_endorsement = card.waits_for_endorsement || waits;
    if (!waits && !directory.IsValid(record, moment)) continue;
    card.roles |= record.certificate.roles;
    desks.insert(record.certificate.desks.begin(), record.certificate.desks.end());
  }
  card.desks.assign(desks.begin(), desks.end());
  card.devices = directory.ValidCertificates(member, moment).size();
  card.valid = card.devices > 0;
  card.open_documents = CountOpenDocuments(place, member);
  if (member == place.self()) card.device_words = OwnDeviceWords(place);
  return card;
}

std::vector<MemberCard> Members(const Workplace& place) {
  std::vector<MemberCard> cards;
  for (const MemberId& member : place.replica.directory().Members()) {
    cards.push_back(Describe(place, member));
  }
  std::stable_sort(cards.begin(), cards.end(), [](const MemberCard& a, const MemberCard& b) {
    return std::pair(a.name, a.code) < std::pair(b.name, b.code);
  });
  return cards;
}

std::vector<CaseCardView> Cases(Workplace& place) {
  std::vector<CaseCardView> views;
  for (const auto& [id, history] : place.replica.cases()) {
    if (!history.visible || !history.subject.open) continue;
    CaseCardView view{
        .id = id,
        .code = CaseCode(id),
        .title = {},
        .note = {},
        .desk = history.subject.desk,
        .documents = history.subject.documents,
        .shared_with = {history.subject.shared_with.begin(), history.subject.shared_with.end()}};
    if (!history.subject.objects.empty() && place.keys.identity.has_value()) {
      absl::StatusOr<SecretBuffer> content =
          OpenObject(place, ChainOf(history), history.subject.objects[0].object);
      absl::StatusOr<CaseCard> card =
          content.ok() ? DecodeCaseCard(content->Expose()) : content.status();
      if (card.ok()) {
        view.title = card->title;
        view.note = card->note;
      }
    }
    views.push_back(std::move(view));
  }
  return views;
}

absl::StatusOr<DocumentCard> Document(Workplace& place, const SubjectId& document) {
  absl::StatusOr<const DocumentHistory*> history = place.FindDocument(document);
  if (!history.ok()) return history.status();
  return MakeCard(place, **history);
}

std::vector<DocumentCard> Documents(Workplace& place) {
  std::vector<DocumentCard> cards;
  for (const auto& [id, history] : place.replica.documents()) {
    if (history.visible) cards.push_back(MakeCard(place, history));
  }
  std::stable_sort(cards.begin(), cards.end(), HasEarlierCode);
  return cards;
}

std::vector<DocumentCard> Inbox(Workplace& place) {
  std::vector<DocumentCard> cards;
  for (const auto& [id, history] : place.replica.documents()) {
    // Asked first, for it costs nothing; to make a card is to fetch and open a manifest.
    if (!history.visible || NextStep(place, history.document).empty()) continue;
    cards.push_back(MakeCard(place, history));
  }
  std::stable_sort(cards.begin(), cards.end(), HasEarlierCode);
  // Whoever is expected somewhere first comes first.
  std::stable_sort(cards.begin(), cards.end(), [](const DocumentCard& a, const DocumentCard& b) {
    return std::pair(a.due_date.empty(), a.due_date) < std::pair(b.due_date.empty(), b.due_date);
  });
  return cards;
}

std::size_t CountWaiting(const Workplace& place) {
  return static_cast<std::size_t>(std::count_if(
      place.replica.documents().begin(), place.replica.documents().end(), [&](const auto& entry) {
        return entry.second.visible && !NextStep(place, entry.second.document).empty();
      }));
}

}  // namespace amparo::client::verbs
