#include "tests/fuzz/bundle_seeds.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "audit/checkpoint.h"
#include "audit/log_entry.h"
#include "audit/merkle.h"
#include "client/bundle_acts.h"
#include "client/bundle_documents.h"
#include "client/bundle_file.h"
#include "client/refused.h"
#include "crypto/digest.h"
#include "crypto/signature.h"
#include "statement/bodies.h"
#include "statement/statement.h"
#include "tests/fuzz/round_trip.h"

namespace amparo::fuzz {
namespace {

using client::BundleKind;
using client::BundleWriter;

const OrgId kOrg = OrgId::Filled(7);

SignedStatement Said(const Body& body, SubjectType subject) {
  Statement statement;
  statement.kind = static_cast<decltype(statement.kind)>(KindOf(body.act));
  statement.org = kOrg;
  statement.subject_type = static_cast<std::uint8_t>(subject);
  statement.subject = SubjectId::Filled(3);
  statement.actor = MemberId::Filled(1);
  statement.body = EncodeBody(body);
  return SignStatement(statement, SigningKey::FromSeed(Secret<32>()));
}

Body With(const Act& act) { return {.act = act, .objects = {}, .grants = {}}; }

Bytes Finished(BundleWriter& file, const std::string& path) {
  Require(file.Finish().ok());
  std::ifstream in(path, std::ios::binary);
  Bytes bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  in.close();
  std::filesystem::remove(path);
  bytes.resize(bytes.size() - Hash::kSize);
  return bytes;
}

// A tick, an epoch, and two statements of a document, with an object and a payload.
Bytes Documents(BundleWriter file, const std::string& path) {
  const std::vector<SignedStatement> said = {
      Said(With(Policy{}), SubjectType::kDirectory), Said(With(Tick{}), SubjectType::kDirectory),
      Said(With(Submit{}), SubjectType::kDocument), Said(With(Accept{}), SubjectType::kDocument)};
  audit::Frontier frontier;
  for (const SignedStatement& one : said) frontier.Append(audit::LeafHash(audit::LeafOf(one)));
  const SigningKey log = SigningKey::FromSeed(Secret<32>());
  const std::string note =
      audit::SignCheckpoint(kOrg, {.size = {.value = 4}, .root = frontier.Root()}, log);
  client::DocumentsWriter writer(file);
  Require(writer.Head({.member = MemberId::Filled(2), .from = {}, .note = note}).ok());
  for (const SignedStatement& one : said) {
    Require(writer.Leaf(audit::EncodeLeaf(audit::LeafOf(one))).ok());
  }
  for (std::uint64_t at = 0; at < said.size(); ++at) {
    Require(writer.Statement(Position{at}, said[at].bytes).ok());
  }
  const client::SubjectKey subject = {SubjectType::kDocument, SubjectId::Filled(3)};
  Require(writer.Subject(subject, {Position{2}, Position{3}}).ok());
  Require(writer.Subject({SubjectType::kCase, SubjectId::Filled(4)}, {}).ok());
  client::BundleObject object;
  object.object = ObjectId::Filled(5);
  object.payload = Bytes(20, 1);
  object.grants = {Bytes(30, 2)};
  Require(writer.Objects(subject, {object}).ok());
  Require(writer.BeginPayload(subject, ObjectId::Filled(6), 10).ok());
  Require(file.Append(Bytes(10, 3)).ok());
  Require(writer.Cosigned(note).ok());
  return Finished(file, path);
}

Bytes Acts(BundleWriter file, const std::string& path) {
  client::OutboxItem item;
  item.statement = Said(With(Accept{}), SubjectType::kDocument).bytes;
  item.grants = {
      {.object = ObjectId::Filled(5), .grantee = MemberId::Filled(2), .grant = Bytes(30, 2)}};
  item.objects = {{.object = ObjectId::Filled(5), .payload = Bytes(20, 1)}};
  Require(client::WriteAct(file, item).ok());
  const Bytes payload(10, 3);
  item.parts = {
      {.object = ObjectId::Filled(6), .start = 0, .length = 10, .sha256 = Sha256(payload)}};
  Require(client::WriteAct(file, item).ok());
  Require(client::BeginActPayload(file, item.parts[0]).ok());
  Require(file.Append(payload).ok());
  return Finished(file, path);
}

Bytes Receipts(BundleWriter file, const std::string& path) {
  client::BundleReceipt stored;
  stored.statement = Hash::Filled(1);
  stored.position = Position{4};
  stored.storage_signature = Bytes(64, 5);
  stored.note = "a note";
  stored.path = {Hash::Filled(2), Hash::Filled(3)};
  Require(client::WriteReceipt(file, stored).ok());
  client::BundleReceipt refused;
  refused.refusal =
      client::Refused(absl::StatusCode::kFailedPrecondition, "NOT_VISIBLE", "not visible");
  Require(client::WriteReceipt(file, refused).ok());
  return Finished(file, path);
}

}  // namespace

std::map<std::string, Bytes> BundleSeeds(const std::string& directory) {
  const std::string path = directory + "/bundle";
  const auto make = [&](BundleKind kind) {
    std::filesystem::remove(path);
    auto file = BundleWriter::Create(path, kind, kOrg);
    Require(file.ok());
    return *std::move(file);
  };
  return {{"documents", Documents(make(BundleKind::kDocuments), path)},
          {"acts", Acts(make(BundleKind::kActs), path)},
          {"receipts", Receipts(make(BundleKind::kReceipts), path)}};
}

}  // namespace amparo::fuzz
