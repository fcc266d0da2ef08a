#include "client/bundle_export.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/bundle_documents.h"
#include "client/bundle_file.h"
#include "client/member_sight.h"
#include "client/names.h"
#include "client/subject_objects.h"
#include "crypto/digest.h"
#include "crypto/grant.h"

namespace amparo::client {
namespace {

constexpr std::size_t kGrantsOfAnObjectMax = 64;
constexpr std::size_t kObjectsPerRequest = 64;
constexpr std::uint64_t kObjectBytesPerRequest = std::uint64_t{2} << 20;

struct Chain {
  SubjectKey subject;
  const std::vector<HistoryEntry>* entries = nullptr;
  MemberSight sight;
};

// The export of one bundle of kind 1, step by step in the order of the sections.
class DocumentsExport {
 public:
  DocumentsExport(Workplace& place, const DocumentsToCarry& wanted, BundleWriter& file,
                  const ProgressListener& progress)
      : place_(place), wanted_(wanted), file_(file), writer_(file), progress_(progress) {}

  absl::Status Run(BundleWritten& written) {
    FindChains();
    if (absl::Status s = ChoosePayloads(written); !s.ok()) return s;
    if (absl::Status s = WriteLog(); !s.ok()) return s;
    for (const Chain& chain : chains_) {
      const auto positions = chain.sight.now ? chain.sight.positions : std::vector<Position>();
      if (absl::Status s = writer_.Subject(chain.subject, positions); !s.ok()) return s;
    }
    for (const Chain& chain : chains_) {
      if (!chain.sight.now) continue;
      if (absl::Status s = WriteObjects(chain); !s.ok()) return s;
    }
    for (const auto& [subject, ref] : payloads_) {
      if (absl::Status s = WritePayload(subject, ref); !s.ok()) return s;
    }
    return WriteCosigned();
  }

 private:
  void FindChains() {
    const Replica& replica = place_.replica;
    directory::Moment now = replica.now();
    now.now = std::max(now.now, place_.clock());
    const auto add = [&](SubjectType type, const SubjectId& id, const auto& history) {
      if (!history.visible) return;
      MemberSight sight = SightOf(history, replica.directory(), now, wanted_.member);
      if (sight.positions.empty()) return;
      chains_.push_back({{type, id}, &history.entries, std::move(sight)});
    };
    for (const auto& [id, history] : replica.cases()) add(SubjectType::kCase, id, history);
    for (const auto& [id, history] : replica.documents()) add(SubjectType::kDocument, id, history);
  }

  bool IsGranted(const Chain& chain, const ObjectId& object) const {
    return std::any_of(chain.entries->begin(), chain.entries->end(), [&](const HistoryEntry& said) {
      return std::any_of(said.body.grants.begin(), said.body.grants.end(), [&](const auto& grant) {
        return grant.object == object && grant.grantee == wanted_.member;
      });
    });
  }

  bool IsNamed(const Chain& chain, const ObjectBytes& given) const {
    if (given.payload.size() > kSmallObjectBytesMax) return false;
    const Hash sha256 = Sha256(given.payload);
    return std::any_of(chain.entries->begin(), chain.entries->end(), [&](const HistoryEntry& said) {
      return std::any_of(said.body.objects.begin(), said.body.objects.end(), [&](const auto& ref) {
        return ref.object == given.object && ref.payload_sha256 == sha256;
      });
    });
  }

  bool IsNamed(const Chain& chain, const GrantBytes& given) const {
    if (given.grant.size() != GrantLength(RecipientType::kX25519)) return false;
    const Hash sha256 = Sha256(given.grant);
    return std::any_of(chain.entries->begin(), chain.entries->end(), [&](const HistoryEntry& said) {
      return std::any_of(said.body.grants.begin(), said.body.grants.end(), [&](const auto& ref) {
        return ref.object == given.object && ref.grantee == wanted_.member && ref.sha256 == sha256;
      });
    });
  }

  absl::Status ChoosePayloads(BundleWritten& written) {
    std::set<SubjectId> missing(wanted_.documents.begin(), wanted_.documents.end());
    for (const Chain& chain : chains_) {
      if (!chain.sight.now || chain.subject.first != SubjectType::kDocument) continue;
      const SubjectId& id = chain.subject.second;
      if (!wanted_.documents.empty() && missing.erase(id) == 0) continue;
      const auto& document = place_.replica.documents().at(id).document;
      for (const auto* versions : {&document.sources, &document.translations}) {
        if (versions->empty()) continue;
        const std::vector<ObjectRef>& refs = versions->back().objects;
        if (refs.empty() || !IsGranted(chain, refs.front().object)) continue;
        for (const ObjectRef& ref : refs) {
          const bool is_blob =
              ref.object_class == ObjectClass::kPart || ref.payload_length > kSmallObjectBytesMax;
          if (is_blob) payloads_.emplace_back(chain.subject, ref);
        }
      }
      written.documents.push_back(DocumentCode(document.case_id, document.number));
    }
    if (!missing.empty()) {
      return absl::NotFoundError(
          absl::StrCat("document ", ToHex(*missing.begin()), " is not that member's to see now"));
    }
    for (const auto& [subject, ref] : payloads_) moved_.total_bytes += ref.payload_length;
    return CheckPayloadBytes(moved_.total_bytes);
  }

  absl::Status WriteLog() {
    const Replica& replica = place_.replica;
    const std::uint64_t size = replica.head().size.value;
    absl::Status status = writer_.Head(
        {.member = wanted_.member, .from = wanted_.from, .note = replica.checkpoint_note()});
    for (std::uint64_t at = wanted_.from.value; at < size && status.ok(); ++at) {
      status = writer_.Leaf(audit::EncodeLeaf(replica.LeafAt(Position{at})));
    }
    std::map<Position, const SignedStatement*> statements;
    const auto& everybodys = replica.everybodys();
    for (auto at = everybodys.lower_bound(wanted_.from); at != everybodys.end(); ++at) {
      statements.emplace(at->first, &at->second);
    }
    for (const Chain& chain : chains_) {
      for (const HistoryEntry& entry : *chain.entries) {
        const auto& positions = chain.sight.positions;
        const bool is_theirs =
            std::binary_search(positions.begin(), positions.end(), entry.position);
        // Of what they see now the whole chain, wherever the leaves begin.
        if (is_theirs && (chain.sight.now || entry.position >= wanted_.from)) {
          statements.emplace(entry.position, &entry.statement);
        }
      }
    }
    for (const auto& [position, statement] : statements) {
      if (status.ok()) status = writer_.Statement(position, statement->bytes);
    }
    return status;
  }

  absl::Status WriteObjects(const Chain& chain) {
    std::vector<ObjectId> asked;
    std::uint64_t bytes = 0;
    const auto fetch = [&]() -> absl::Status {
      if (asked.empty()) return absl::OkStatus();
      auto reply = place_.connection->Objects(chain.subject.first, chain.subject.second, asked,
                                              wanted_.member);
      if (!reply.ok()) return reply.status();
      // Nothing goes into the file that the log does not name.
      std::map<ObjectId, BundleObject> found;
      for (const ObjectId& object : asked) found[object].object = object;
      for (ObjectBytes& one : reply->objects) {
        if (IsNamed(chain, one)) found[one.object].payload = std::move(one.payload);
      }
      for (GrantBytes& grant : reply->grants) {
        if (!found.contains(grant.object) || !IsNamed(chain, grant)) continue;
        auto& grants = found[grant.object].grants;
        if (grants.size() < kGrantsOfAnObjectMax) grants.push_back(std::move(grant.grant));
      }
      std::vector<BundleObject> objects;
      for (auto& [id, object] : found) objects.push_back(std::move(object));
      asked.clear();
      bytes = 0;
      return writer_.Objects(chain.subject, objects);
    };
    for (const HistoryEntry& entry : *chain.entries) {
      for (const ObjectRef& ref : entry.body.objects) {
        if (!IsGranted(chain, ref.object)) continue;
        asked.push_back(ref.object);
        if (ref.payload_length <= kSmallObjectBytesMax) bytes += ref.payload_length;
        if (asked.size() < kObjectsPerRequest && bytes < kObjectBytesPerRequest) continue;
        if (absl::Status s = fetch(); !s.ok()) return s;
      }
    }
    return fetch();
  }

  absl::Status WritePayload(const SubjectKey& subject, const ObjectRef& ref) {
    absl::Status s = writer_.BeginPayload(subject, ref.object, ref.payload_length);
    if (!s.ok()) return s;
    Sha256Stream hash;
    std::uint64_t left = ref.payload_length;
    s = place_.connection->Download(subject.first, subject.second, ref.object, 0,
                                    ref.payload_length, [&](ByteView piece) {
                                      if (piece.size() > left)
                                        return absl::DataLossError("the server sends too much");
                                      left -= piece.size();
                                      hash.Update(piece);
                                      moved_.done_bytes += piece.size();
                                      if (progress_) progress_(moved_);
                                      return piece.empty() ? absl::OkStatus() : file_.Append(piece);
                                    });
    if (!s.ok()) return s;
    if (left == 0 && hash.Finish() == ref.payload_sha256) return absl::OkStatus();
    return absl::DataLossError(absl::StrCat("the server's bytes of object ", ToHex(ref.object),
                                            " are not those that were logged"));
  }

  absl::Status WriteCosigned() {
    auto notes = place_.connection->Cosigned();
    if (!notes.ok()) return absl::IsUnavailable(notes.status()) ? absl::OkStatus() : notes.status();
    if (notes->size() > kBundleNotesMax) notes->resize(kBundleNotesMax);
    for (const std::string& note : *notes) {
      if (note.size() > kBundleNoteBytesMax) continue;
      if (absl::Status s = writer_.Cosigned(note); !s.ok()) return s;
    }
    return absl::OkStatus();
  }

  Workplace& place_;
  const DocumentsToCarry& wanted_;
  BundleWriter& file_;
  DocumentsWriter writer_;
  const ProgressListener& progress_;
  Progress moved_;
  std::vector<Chain> chains_;
  std::vector<std::pair<SubjectKey, ObjectRef>> payloads_;
};

absl::Status CheckMember(const Workplace& place, const MemberId& member) {
  const Replica& replica = place.replica;
  if (!replica.directory().ValidCertificates(member, replica.now()).empty()) {
    return absl::OkStatus();
  }
  return absl::NotFoundError(absl::StrCat(MemberCode(member), " has no valid device now"));
}

}  // namespace

absl::StatusOr<BundleWritten> ExportDocuments(Workplace& place, const DocumentsToCarry& wanted,
                                              const std::string& path,
                                              const ProgressListener& progress) {
  if (place.replica.reach() == Reach::kLight) {
    return Refused(absl::StatusCode::kFailedPrecondition, "HOME_IS_LIGHT",
                   "this home holds the head of the log and not every entry");
  }
  if (absl::Status s = CheckMember(place, wanted.member); !s.ok()) return s;
  if (wanted.from.value > place.replica.head().size.value) {
    return absl::InvalidArgumentError(absl::StrCat("the log has ", place.replica.head().size.value,
                                                   " entries, fewer than ", wanted.from.value));
  }
  auto file = BundleWriter::Create(path, BundleKind::kDocuments, place.membership.org);
  if (!file.ok()) return file.status();
  BundleWritten written;
  DocumentsExport exporting(place, wanted, *file, progress);
  if (absl::Status s = exporting.Run(written); !s.ok()) return s;
  if (absl::Status s = file->Finish(); !s.ok()) return s;
  written.bytes = file->size();
  return written;
}

}  // namespace amparo::client
