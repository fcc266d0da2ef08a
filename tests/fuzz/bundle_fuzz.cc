// Bundles of all three kinds, as somebody may have written them: the hash at the end, which anybody
// can compute, is made good, unless the first byte is odd. What is read of documents is also asked
// as a full and as a light home would.

#include <algorithm>
#include <memory>

#include "client/bundle_acts.h"
#include "client/bundle_connection.h"
#include "client/bundle_documents.h"
#include "client/bundle_file.h"
#include "client/bundle_light.h"
#include "crypto/digest.h"
#include "tests/fuzz/round_trip.h"

namespace {

using namespace amparo;
using namespace amparo::client;
using amparo::fuzz::Require;

class HeldFile final : public platform::InputFile {
 public:
  explicit HeldFile(Bytes bytes) : bytes_(std::move(bytes)) {}
  std::uint64_t size() const override { return bytes_.size(); }
  absl::StatusOr<std::size_t> ReadAt(std::uint64_t offset, MutableByteView out) const override {
    const std::size_t from = std::min<std::size_t>(bytes_.size(), offset);
    const std::size_t got = std::min(bytes_.size() - from, out.size());
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(from), got, out.begin());
    return got;
  }

 private:
  Bytes bytes_;
};

void ReadAllActs(const BundleReader& file) {
  const auto acts = FindActs(file);
  if (!acts.ok()) return;
  for (const BundleActPlace& place : *acts) {
    auto act = ReadAct(file, place);
    Require(act.ok() && act->parts.size() == place.payloads.size());
    for (std::size_t i = 0; i < act->parts.size(); ++i) {
      const ItemPart& part = act->parts[i];
      Require(part.start <= place.payloads[i].length &&
              part.length == place.payloads[i].length - part.start);
    }
    OutboxItem item;
    item.statement = std::move(act->statement);
    item.grants = std::move(act->grants);
    item.objects = std::move(act->objects);
    item.parts = std::move(act->parts);
    fuzz::RequireSame(file.Content(place.act, place.act.length).value(), EncodeAct(item));
  }
}

void AskLight(const BundleDocuments& documents) {
  auto light = LightBundleConnection::Make(documents);
  if (!light.ok()) return;
  const TreeSize size{documents.leaves.size()};
  for (const TreeSize old : {TreeSize{0}, TreeSize{size.value / 2}, TreeSize{size.value + 1}}) {
    (void)(*light)->Checkpoint(old);
  }
  for (const LightWhich which : {LightWhich::kDirectory, LightWhich::kVisible, LightWhich::kTick}) {
    for (const std::uint64_t from : {std::uint64_t{0}, size.value}) {
      const auto reply = (*light)->Light(which, Position{from}, size);
      Require(reply.ok());
      for (const auto& one : reply->statements) Require(one.position.value < size.value);
    }
  }
  (void)(*light)->Prove(size, {Position{0}, Position{size.value}});
}

void ReadAllDocuments(const BundleReader& file) {
  const auto documents = ReadDocuments(file);
  if (!documents.ok()) return;
  for (const BundleSection& section : documents->objects) (void)ReadObjects(file, section);
  BundleConnection connection(*documents);
  for (const std::uint64_t from : {std::uint64_t{0}, documents->head.from.value}) {
    const auto reply = connection.Sync(Position{from}, 1000);
    if (reply.ok()) Require(reply->entries.size() <= documents->leaves.size());
  }
  for (const auto& [subject, chain] : documents->visible) {
    const auto reply = connection.Subject(subject.first, subject.second, 0);
    Require(reply.ok() && reply->total == chain.size());
  }
  for (const BundlePayload& payload : documents->payloads) {
    Require(payload.start <= payload.section.length);
  }
  AskLight(*documents);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Choice input = fuzz::Choose({data, size});
  Bytes bytes(input.rest.begin(), input.rest.end());
  if (input.which % 2 == 0) AppendTo(bytes, Sha256(bytes).view());
  const auto file = BundleReader::Read(std::make_unique<HeldFile>(std::move(bytes)));
  if (!file.ok()) return 0;
  switch (file->kind()) {
    case BundleKind::kDocuments:
      ReadAllDocuments(*file);
      break;
    case BundleKind::kActs:
      ReadAllActs(*file);
      break;
    case BundleKind::kReceipts:
      (void)ReadReceipts(*file);
      break;
  }
  return 0;
}
