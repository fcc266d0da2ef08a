#include "client/witnessing.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "audit/checkpoint.h"
#include "audit/proof.h"
#include "client/replica_alarm.h"
#include "client/workplace.h"
#include "statement/codec.h"

namespace amparo::client {
namespace {

constexpr std::uint64_t kHour_s = 3600;
constexpr std::uint64_t kAhead_s = 600;  // As far as a clock may be ahead of ours.
constexpr std::size_t kNotesMax = 64;
constexpr std::size_t kProofsMax = 4;  // Asked for in one synchronisation.

absl::Status NotOurs(const audit::Checkpoint& theirs, const std::string& ours) {
  return Alarm("the log was forked: it signed size ", theirs.size.value, " root ",
               ToHex(theirs.root), " for somebody else, and here ", ours);
}

// For a home that has not every leaf: the server has to prove that our head continues theirs.
absl::StatusOr<bool> IsProvenOurs(Workplace& place, const std::string& note,
                                  const audit::Checkpoint& theirs) {
  const audit::Checkpoint head = place.replica.head();
  auto reply = place.connection->Checkpoint(theirs.size);
  if (!reply.ok()) return false;
  auto newest =
      audit::OpenCheckpoint(place.membership.org, place.replica.LogKeyNow(), reply->checkpoint);
  if (!newest.ok() || *newest != head) return false;  // It has grown: judged the next time.
  const absl::Status proven = audit::VerifyConsistency(theirs, head, reply->consistency);
  if (proven.ok()) return true;
  place.replica.AccuseNote(note, theirs, reply);
  return NotOurs(theirs, absl::StrCat("it cannot prove that size ", head.size.value,
                                      " continues it: ", proven.message()));
}

// Whether our history continues a checkpoint that the log signed. DATA_LOSS: it never can.
absl::StatusOr<bool> IsOurs(Workplace& place, const std::string& note,
                            const audit::Checkpoint& theirs, std::size_t& proofs) {
  if (theirs.size > place.replica.head().size) return false;
  const std::optional<Hash> root = place.replica.RootAt(theirs.size);
  if (root.has_value()) {
    if (*root == theirs.root) return true;
    place.replica.AccuseNote(note, theirs, absl::UnimplementedError("not needed"));
    return NotOurs(theirs, absl::StrCat("root ", ToHex(*root)));
  }
  if (proofs == 0) return false;
  --proofs;
  return IsProvenOurs(place, note, theirs);
}

// Who signed a note, of those whose word counts.
struct Signers {
  std::vector<audit::Witness> witnesses;
  std::map<std::string, Hash> certificates;  // By the witness's name.
};
absl::StatusOr<Signers> SignersOf(const Workplace& place, const std::string& note) {
  auto names = audit::SignerNames(note);
  if (!names.ok()) return names.status();
  const directory::Directory& directory = place.replica.directory();
  Signers out{.witnesses = place.witnessing.partners, .certificates = {}};
  for (const std::string& name : *names) {
    const std::optional<Hash> certificate = audit::CertificateOfCosigner(name);
    if (!certificate.has_value() || out.certificates.contains(name)) continue;
    const auto* record = directory.Find(*certificate);
    if (record == nullptr || !directory.IsValid(*record, place.replica.now())) continue;
    if (record->certificate.member == place.self()) continue;
    out.certificates[name] = *certificate;
    out.witnesses.push_back({.name = name, .key = record->certificate.signing});
  }
  return out;
}

// One that lies in the future, since our clock was set back, is no reason to forget a true one.
void Keep(Sighting& kept, const Sighting& seen, std::uint64_t latest) {
  if (seen.time > kept.time || kept.time.value > latest) kept = seen;
}

// DATA_LOSS: a fork. Everything else that is wrong with a note makes it not count.
absl::Status LearnFrom(Workplace& place, const std::string& note, std::size_t& proofs,
                       Witnessing& known) {
  auto opened = audit::OpenCheckpoint(place.membership.org, place.replica.LogKeyNow(), note);
  if (!opened.ok() || opened->size.value == 0) return absl::OkStatus();
  auto ours = IsOurs(place, note, *opened, proofs);
  if (!ours.ok()) return ours.status();
  if (!*ours) return absl::OkStatus();
  auto signers = SignersOf(place, note);
  if (!signers.ok()) return absl::OkStatus();
  auto signatures = audit::VerifyCosignatures(note, signers->witnesses);
  if (!signatures.ok()) return absl::OkStatus();
  const std::uint64_t latest = place.clock().value + kAhead_s;
  for (const audit::Cosigned& signature : *signatures) {
    if (signature.time.value > latest) continue;
    const Sighting seen{.time = signature.time, .size = opened->size};
    const auto device = signers->certificates.find(signature.name);
    Keep(device != signers->certificates.end() ? known.by_certificate[device->second]
                                               : known.by_partner[signature.name],
         seen, latest);
  }
  return absl::OkStatus();
}

absl::Status Write(Workplace& place, const Witnessing& witnessing) {
  if (witnessing == place.witnessing) return absl::OkStatus();
  absl::Status written =
      place.home.WriteSealed(*place.keys.home, kWitnessesFile, EncodeWitnessing(witnessing));
  if (written.ok()) place.witnessing = witnessing;
  return written;
}

void PutSighting(Writer& out, const Sighting& sighting) {
  out.U64(sighting.time.value);
  out.U64(sighting.size.value);
}
Sighting TakeSighting(Reader& in) {
  const std::uint64_t time = in.U64("time");
  const std::uint64_t size = in.U64("size");
  return {.time = {time}, .size = {size}};
}

bool HasNobodyElse(const Workplace& place, const std::set<MemberId>& except) {
  const auto& records = place.replica.directory().records();
  return std::none_of(records.begin(), records.end(), [&](const auto& record) {
    const MemberId& member = record.certificate.member;
    return record.effective_at.has_value() && !record.revoked_at.has_value() &&
           member != place.self() && !except.contains(member);
  });
}

bool IsOfNow(const Workplace& place, const Sighting& seen) {
  return seen.time.value > 0 && seen.time.value <= place.clock().value + kAhead_s;
}

// What a server may answer without anybody having to know.
bool IsWorthANote(const absl::Status& status) {
  return !status.ok() && !absl::IsUnavailable(status) && !absl::IsUnimplemented(status) &&
         !absl::IsDeadlineExceeded(status) && !absl::IsCancelled(status) &&
         !absl::IsAborted(status) && !absl::IsResourceExhausted(status);
}

}  // namespace

Bytes EncodeWitnessing(const Witnessing& witnessing) {
  Writer out;
  out.U8(1);
  PutSighting(out, witnessing.own);
  out.U16(static_cast<std::uint16_t>(witnessing.partners.size()));
  for (const audit::Witness& partner : witnessing.partners) {
    out.Vec16(AsBytes(audit::FormatWitness(partner)));
  }
  out.U32(static_cast<std::uint32_t>(witnessing.by_certificate.size()));
  for (const auto& [certificate, sighting] : witnessing.by_certificate) {
    out.Fixed(certificate);
    PutSighting(out, sighting);
  }
  out.U32(static_cast<std::uint32_t>(witnessing.by_partner.size()));
  for (const auto& [name, sighting] : witnessing.by_partner) {
    out.Vec16(AsBytes(name));
    PutSighting(out, sighting);
  }
  return out.Take();
}

absl::StatusOr<Witnessing> DecodeWitnessing(ByteView bytes) {
  constexpr std::size_t kTextMax = 512;
  Reader in(bytes);
  if (in.U8("format") != 1) in.Fail("format", "unknown");
  Witnessing out;
  out.own = TakeSighting(in);
  const std::uint16_t partners = in.U16("partners");
  for (std::uint16_t i = 0; i < partners && in.ok(); ++i) {
    auto partner = audit::ParseWitness(AsText(in.Vec16(kTextMax, "verifier key")));
    if (!in.ok()) break;
    if (!partner.ok()) return absl::DataLossError(partner.status().message());
    out.partners.push_back(*std::move(partner));
  }
  const std::uint32_t certificates = in.U32("certificates");
  for (std::uint32_t i = 0; i < certificates && in.ok(); ++i) {
    const auto certificate = in.Fixed<Hash>("certificate");
    out.by_certificate[certificate] = TakeSighting(in);
  }
  const std::uint32_t names = in.U32("names");
  for (std::uint32_t i = 0; i < names && in.ok(); ++i) {
    const std::string name(AsText(in.Vec16(kTextMax, "name")));
    out.by_partner[name] = TakeSighting(in);
  }
  const absl::Status status = in.Finish("witnesses");
  if (!status.ok())
    return absl::DataLossError(absl::StrCat("sealed/witnesses: ", status.message()));
  return out;
}

absl::Status RestoreWitnessing(Workplace& place) {
  auto kept = place.home.ReadSealed(*place.keys.home, kWitnessesFile);
  if (!kept.ok()) return absl::IsNotFound(kept.status()) ? absl::OkStatus() : kept.status();
  auto decoded = DecodeWitnessing(*kept);
  if (!decoded.ok()) return decoded.status();
  place.witnessing = *std::move(decoded);
  return absl::OkStatus();
}

absl::Status LearnSightings(Workplace& place) {
  // A light client saves its slow link: who was seen within the hour is enough.
  const std::optional<UnixSeconds> newest = NewestSighting(place);
  const UnixSeconds now = place.clock();
  if (place.replica.reach() == Reach::kLight && newest.has_value() && *newest <= now &&
      now.value < newest->value + kHour_s) {
    return absl::OkStatus();
  }
  auto notes = place.connection->Cosigned();
  if (!notes.ok()) return absl::OkStatus();
  return LearnSightingsFrom(place, *notes);
}

absl::Status LearnSightingsFrom(Workplace& place, const std::vector<std::string>& notes) {
  Witnessing known = place.witnessing;
  std::size_t proofs = kProofsMax;
  for (std::size_t i = 0; i < std::min(notes.size(), kNotesMax); ++i) {
    if (absl::Status s = LearnFrom(place, notes[i], proofs, known); !s.ok()) return s;
  }
  return Write(place, known);
}

void LeaveCosignature(Workplace& place) {
  place.witness_note.clear();
  const audit::Checkpoint head = place.replica.head();
  const auto* record = place.replica.directory().Find(place.membership.certificate);
  const bool valid =
      record != nullptr && place.replica.directory().IsValid(*record, place.replica.now());
  const UnixSeconds now = place.clock();
  Witnessing known = place.witnessing;
  const bool fresh = known.own.size == head.size && known.own.time <= now &&
                     now.value < known.own.time.value + kHour_s;
  if (!valid || head.size.value == 0 || fresh) return;
  auto line = audit::Cosign(audit::CosignerNameOf(place.membership.certificate),
                            *place.keys.signing, now, place.replica.checkpoint_note());
  const absl::Status left = line.ok() ? place.connection->Cosign(head.size, *line) : line.status();
  if (!left.ok()) {
    if (IsWorthANote(left)) {
      place.witness_note = absl::StrCat(
          "the server did not take this device's signature of the log: ", left.message());
    }
    return;
  }
  known.own = {.time = now, .size = head.size};
  // Unwritten, it is signed again the next time.
  (void)Write(place, known);
}

void ForgetSightingsBehind(Workplace& place, TreeSize size) {
  Witnessing known = place.witnessing;
  const auto is_behind = [&](const auto& entry) { return entry.second.size > size; };
  std::erase_if(known.by_certificate, is_behind);
  std::erase_if(known.by_partner, is_behind);
  if (known.own.size > size) known.own = {};
  // Unwritten, this process knows all the same, and what is synchronised next is written again.
  if (!Write(place, known).ok()) place.witnessing = std::move(known);
}

bool Counts(const Workplace& place, const Hash& certificate, const Sighting& seen) {
  const directory::Directory& directory = place.replica.directory();
  const auto* record = directory.Find(certificate);
  return IsOfNow(place, seen) && record != nullptr &&
         directory.IsValid(*record, place.replica.now());
}

std::optional<UnixSeconds> NewestSighting(const Workplace& place,
                                          const std::set<MemberId>& except) {
  std::optional<UnixSeconds> newest;
  const auto add = [&](const Sighting& seen) {
    if (!newest.has_value() || seen.time > *newest) newest = seen.time;
  };
  for (const auto& [certificate, seen] : place.witnessing.by_certificate) {
    if (!Counts(place, certificate, seen)) continue;
    const auto* record = place.replica.directory().Find(certificate);
    if (!except.contains(record->certificate.member)) add(seen);
  }
  for (const auto& [name, seen] : place.witnessing.by_partner) {
    if (IsOfNow(place, seen)) add(seen);
  }
  return newest;
}

absl::Status CheckWitnessed(const Workplace& place, const std::set<MemberId>& readers) {
  if (HasNobodyElse(place, readers)) return absl::OkStatus();
  const std::uint64_t limit_h = place.replica.directory().policy().freshness_limit_hours;
  const std::uint64_t now = place.clock().value;
  const std::optional<UnixSeconds> newest = NewestSighting(place, readers);
  if (newest.has_value() && newest->value + limit_h * kHour_s >= now) return absl::OkStatus();
  const std::string since =
      newest.has_value() ? absl::StrCat("for ", (now - newest->value) / kHour_s, " hours") : "yet";
  return Refused(
      absl::StatusCode::kFailedPrecondition, "NOT_WITNESSED",
      absl::StrCat("nobody else has confirmed this history ", since, ", the limit is ", limit_h,
                   " hours", readers.empty() ? "" : " (who is to get the key does not count)",
                   "; ask any colleague to run `amparo sync`"));
}

absl::Status TrustPartner(Workplace& place, absl::string_view verifier_key) {
  auto partner = audit::ParseWitness(verifier_key);
  if (!partner.ok()) return partner.status();
  if (audit::CertificateOfCosigner(partner->name).has_value()) {
    return absl::InvalidArgumentError("that is a member's device, which counts by itself");
  }
  Witnessing known = place.witnessing;
  for (const audit::Witness& each : known.partners) {
    if (each == *partner) return absl::OkStatus();
    if (each.name == partner->name) {
      return absl::AlreadyExistsError(
          absl::StrCat(each.name, " is trusted with another key; distrust it first"));
    }
  }
  known.partners.push_back(*std::move(partner));
  return Write(place, known);
}

absl::Status DistrustPartner(Workplace& place, absl::string_view name) {
  Witnessing known = place.witnessing;
  const auto removed =
      std::erase_if(known.partners, [&](const audit::Witness& each) { return each.name == name; });
  if (removed == 0) return absl::NotFoundError(absl::StrCat("no witness ", name, " is trusted"));
  known.by_partner.erase(std::string(name));
  return Write(place, known);
}

}  // namespace amparo::client
