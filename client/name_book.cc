#include "client/name_book.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "client/enrolment.h"
#include "client/subject_objects.h"
#include "statement/codec.h"

namespace amparo::client {
namespace {

absl::Status KeepPeople(Workplace& place) {
  Writer writer;
  writer.Fixed(place.people_at);
  writer.U32(static_cast<std::uint32_t>(place.people.size()));
  for (const auto& [member, attributes] : place.people) {
    absl::StatusOr<SecretBuffer> encoded = Encode(attributes);
    if (!encoded.ok()) return encoded.status();
    writer.Fixed(member);
    writer.Vec16(encoded->Expose());
  }
  return place.home.WriteSealed(*place.keys.home, kNamesFile, writer.bytes());
}

}  // namespace

absl::Status RestorePeople(Workplace& place) {
  absl::StatusOr<Bytes> kept = place.home.ReadSealed(*place.keys.home, kNamesFile);
  if (!kept.ok()) return absl::IsNotFound(kept.status()) ? absl::OkStatus() : kept.status();
  Reader reader(*kept);
  place.people_at = reader.Fixed<Hash>("head");
  const std::uint32_t count = reader.U32("people");
  for (std::uint32_t i = 0; i < count && reader.ok(); ++i) {
    const auto member = reader.Fixed<MemberId>("member");
    absl::StatusOr<Attributes> attributes =
        DecodeAttributes(reader.Vec16(kSealedTextBytesMax, "attributes"));
    if (!reader.ok()) break;
    if (!attributes.ok()) return absl::DataLossError(attributes.status().message());
    place.people[member] = std::move(*attributes);
  }
  absl::Status status = reader.Finish("the names kept in this home");
  return status.ok() ? status : absl::DataLossError(status.message());
}

absl::Status LearnPeople(Workplace& place) {
  const Hash head = place.replica.directory().head();
  if (head == place.people_at || !place.keys.identity.has_value()) return absl::OkStatus();
  absl::StatusOr<OpenedAttributes> read = OpenAttributes(place.enrolment());
  if (!read.ok()) return absl::OkStatus();
  for (auto& [member, attributes] : read->known) place.people[member] = std::move(attributes);
  place.notes = std::move(read->problems);
  place.people_at = head;
  return KeepPeople(place);
}

std::string NameOf(const Workplace& place, const MemberId& member) {
  const auto found = place.people.find(member);
  if (found != place.people.end()) return found->second.display_name;
  return member == place.self() ? place.membership.display_name : "";
}

absl::StatusOr<AssignmentMessage> OpenAssignmentMessage(Workplace& place,
                                                        const DocumentHistory& history) {
  for (auto entry = history.entries.rbegin(); entry != history.entries.rend(); ++entry) {
    for (const ObjectRef& ref : entry->body.objects) {
      if (ref.object_class != ObjectClass::kMessage) continue;
      absl::StatusOr<SecretBuffer> content = OpenObject(place, ChainOf(history), ref.object);
      if (!content.ok()) continue;
      absl::StatusOr<AssignmentMessage> message = DecodeAssignmentMessage(content->Expose());
      if (!message.ok()) return absl::DataLossError(message.status().message());
      bool learnt = false;
      for (const AssignmentMessage::Person& person : message->people) {
        if (place.people.contains(person.member) || person.display_name.empty()) continue;
        place.people[person.member] = {.display_name = person.display_name, .languages = {}};
        learnt = true;
      }
      if (learnt) {
        if (absl::Status s = KeepPeople(place); !s.ok()) return s;
      }
      return message;
    }
  }
  return absl::NotFoundError("no assignment message was given to this home");
}

}  // namespace amparo::client
