#include "client/directory_objects.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/names.h"
#include "crypto/grant.h"

namespace amparo::client {
namespace {

constexpr std::size_t kObjectsPerRequest = 64;

// Opens the object among those of a reply. The signed commitment decides whether a grant is
// the right one; the others are passed over.
absl::StatusOr<OpenedObject> OpenAmong(const ObjectsReply& reply, const ObjectRef& ref,
                                       const Identity& identity) {
  const auto payload = std::find_if(reply.objects.begin(), reply.objects.end(),
                                    [&](const auto& it) { return it.object == ref.object; });
  if (payload == reply.objects.end()) {
    return absl::NotFoundError(absl::StrCat("the server has no object ", ToHex(ref.object)));
  }
  absl::Status last =
      absl::NotFoundError(absl::StrCat("object ", ToHex(ref.object), " is not granted to us"));
  for (const GrantBytes& grant : reply.grants) {
    if (grant.object != ref.object) continue;
    auto key = OpenGrant(grant.grant, identity);
    if (absl::IsPermissionDenied(key.status())) continue;  // For another device of ours.
    if (!key.ok()) {
      last = absl::DataLossError(key.status().message());
      continue;
    }
    auto plaintext = OpenSmallObject(ref, *key, payload->payload);
    if (!plaintext.ok()) {
      last = plaintext.status();
      continue;
    }
    return OpenedObject{.key = *std::move(key), .plaintext = *std::move(plaintext)};
  }
  return last;
}

// Of every member whose attributes the directory holds, the newest.
std::map<MemberId, ObjectRef> AttributeRefs(const directory::Directory& directory) {
  std::map<MemberId, ObjectRef> out;
  for (const auto& record : directory.records()) {
    if (!record.attributes.empty()) {
      out[record.certificate.member] = record.attributes.front();
    }
  }
  return out;
}

absl::Status PublishAttributes(const EnrolmentContext& context, const MemberId& member,
                               const Attributes& attributes) {
  const Replica& replica = context.author.replica();
  auto text = Encode(attributes);
  if (!text.ok()) return text.status();
  const SealedSmall sealed = SealSmallObject(ObjectClass::kAttributes, text->Expose());
  Draft draft{.subject = {},
              .body = {.act = Describe{member}, .objects = {}, .grants = {}},
              .after = {},
              .grants = {},
              .objects = {}};
  AddObject(draft, sealed);
  auto status = GrantToDirectory(draft, replica.directory(), sealed.ref.object, sealed.key);
  if (!status.ok()) return status;
  auto granted = GrantTo(draft, replica.directory(), replica.now(), sealed.ref.object, sealed.key,
                         member, Purpose::kDirectory);
  if (!granted.ok()) return granted.status();
  return context.author.Publish(draft).status();
}

absl::Status PublishFirstEpoch(const EnrolmentContext& context) {
  const Replica& replica = context.author.replica();
  const Identity identity = Identity::Generate();
  auto text = Encode(DirectoryKey{.identity = identity.key().Duplicate()});
  if (!text.ok()) return text.status();
  const SealedSmall sealed = SealSmallObject(ObjectClass::kDirectoryKey, text->Expose());
  const DirectoryEpoch act{.epoch = 1, .recipient = identity.recipient()};
  Draft draft{.subject = {},
              .body = {.act = act, .objects = {}, .grants = {}},
              .after = {},
              .grants = {},
              .objects = {}};
  AddObject(draft, sealed);
  if (auto status = GrantToRegistrars(draft, replica, sealed); !status.ok()) return status;
  for (const MemberId& member :
       replica.directory().MembersWith(Role::kCoordinator, 0, replica.now())) {
    auto granted = GrantTo(draft, replica.directory(), replica.now(), sealed.ref.object, sealed.key,
                           member, Purpose::kDirectory);
    if (!granted.ok()) return granted.status();
  }
  return context.author.Publish(draft).status();
}

}  // namespace

absl::StatusOr<OpenedObject> OpenDirectoryObject(const EnrolmentContext& context,
                                                 const ObjectRef& ref) {
  if (!context.keys.identity.has_value()) {
    return absl::NotFoundError("this home can receive nothing");
  }
  auto reply = context.connection.Objects(SubjectType::kDirectory, SubjectId{}, {ref.object},
                                          context.membership.member);
  if (!reply.ok()) return reply.status();
  return OpenAmong(*reply, ref, *context.keys.identity);
}

absl::Status GrantToRegistrars(Draft& draft, const Replica& replica, const SealedSmall& object) {
  std::size_t total = 0;
  for (const MemberId& member :
       replica.directory().MembersWith(Role::kRegistrar, 0, replica.now())) {
    auto granted = GrantTo(draft, replica.directory(), replica.now(), object.ref.object, object.key,
                           member, Purpose::kDirectory);
    if (!granted.ok()) return granted.status();
    total += *granted;
  }
  if (total > 0) return absl::OkStatus();
  return absl::FailedPreconditionError("no registrar is valid and can receive");
}

absl::StatusOr<Identity> OpenDirectoryIdentity(const EnrolmentContext& context) {
  const auto* epoch = context.author.replica().directory().epoch();
  if (epoch == nullptr || epoch->objects.empty()) {
    return absl::NotFoundError("the directory was not started yet");
  }
  auto opened = OpenDirectoryObject(context, epoch->objects.front());
  if (!opened.ok()) return opened.status();
  auto key = DecodeDirectoryKey(opened->plaintext.Expose());
  if (!key.ok()) return absl::DataLossError(key.status().message());
  Identity identity = Identity::FromKey(std::move(key->identity));
  if (identity.recipient() != epoch->epoch.recipient) {
    return absl::DataLossError("the directory's identity is not that of its epoch");
  }
  return identity;
}

absl::StatusOr<OpenedAttributes> OpenAttributes(const EnrolmentContext& context) {
  OpenedAttributes out;
  if (!context.keys.identity.has_value()) return out;
  std::map<MemberId, ObjectRef> refs = AttributeRefs(context.author.replica().directory());
  const MemberId& self = context.membership.member;
  auto directory_identity = OpenDirectoryIdentity(context);
  if (absl::IsUnavailable(directory_identity.status())) return directory_identity.status();
  if (absl::IsDataLoss(directory_identity.status())) {
    out.problems.push_back(absl::StrCat("the names of the directory cannot be opened: ",
                                        directory_identity.status().message()));
  }
  const bool all = directory_identity.ok();
  if (!all) std::erase_if(refs, [&](const auto& it) { return it.first != self; });
  const MemberId grantee = all ? DirectoryGrantee() : self;
  const Identity& identity = all ? *directory_identity : *context.keys.identity;
  for (auto next = refs.begin(); next != refs.end();) {
    std::vector<ObjectId> wanted;
    auto end = next;
    for (; end != refs.end() && wanted.size() < kObjectsPerRequest; ++end) {
      wanted.push_back(end->second.object);
    }
    auto reply = context.connection.Objects(SubjectType::kDirectory, SubjectId{}, wanted, grantee);
    if (!reply.ok()) return reply.status();
    for (; next != end; ++next) {
      auto opened = OpenAmong(*reply, next->second, identity);
      if (!opened.ok() && !absl::IsDataLoss(opened.status())) continue;
      auto attributes =
          opened.ok() ? DecodeAttributes(opened->plaintext.Expose()) : opened.status();
      if (attributes.ok()) {
        out.known[next->first] = *std::move(attributes);
      } else {
        out.problems.push_back(absl::StrCat("the name of ", MemberCode(next->first),
                                            " cannot be read: ", attributes.status().message()));
      }
    }
  }
  return out;
}

std::set<MemberId> ReadersOfDirectory(const EnrolmentContext& context,
                                      const std::vector<std::pair<MemberId, Attributes>>& who) {
  const Replica& replica = context.author.replica();
  std::set<MemberId> out;
  for (const auto& [member, attributes] : who) out.insert(member);
  if (replica.directory().epoch() != nullptr) return out;
  for (const Role role : {Role::kRegistrar, Role::kCoordinator}) {
    const auto members = replica.directory().MembersWith(role, 0, replica.now());
    out.insert(members.begin(), members.end());
  }
  return out;
}

absl::Status PublishDirectoryEpoch(const EnrolmentContext& context,
                                   const std::vector<std::pair<MemberId, Attributes>>& who) {
  const directory::Directory& directory = context.author.replica().directory();
  const MemberId& self = context.membership.member;
  const auto& records = directory.records();
  // A registrar is named by nobody else: they come from the policy, which holds no names.
  const bool unnamed = std::none_of(records.begin(), records.end(), [&](const auto& record) {
    return record.certificate.member == self && !record.attributes.empty();
  });
  std::vector<std::pair<MemberId, Attributes>> described = who;
  if (unnamed && !context.membership.display_name.empty() &&
      std::none_of(who.begin(), who.end(), [&](const auto& it) { return it.first == self; })) {
    described.emplace_back(
        self, Attributes{
                  .display_name = context.membership.display_name, .languages = {}, .capacity = 0});
  }
  const bool started = directory.epoch() != nullptr;
  if (started && described.empty()) {
    return absl::FailedPreconditionError("the directory was started already");
  }
  if (!started) {
    if (auto status = PublishFirstEpoch(context); !status.ok()) return status;
  }
  for (const auto& [member, attributes] : described) {
    auto status = PublishAttributes(context, member, attributes);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace amparo::client
