// Writes one valid input, or a few, for each fuzz target: fuzz_seeds DIRECTORY makes
// DIRECTORY/bech32_fuzz/recipient and so on. Made by the encoders, so that seeds follow the format.

#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include "audit/checkpoint.h"
#include "audit/cosignature.h"
#include "audit/log_entry.h"
#include "audit/merkle.h"
#include "audit/tlog_proof.h"
#include "crypto/grant.h"
#include "crypto/identity.h"
#include "crypto/identity_file.h"
#include "crypto/manifest.h"
#include "crypto/sealed_object.h"
#include "custody/receipt.h"
#include "statement/bodies.h"
#include "statement/certificate_request.h"
#include "statement/invitation.h"
#include "statement/sealed_texts.h"
#include "statement/statement.h"
#include "statement/text_armor.h"
#include "tests/fuzz/bundle_seeds.h"

namespace amparo::fuzz {
namespace {

std::filesystem::path root;

void Write(const std::string& target, const std::string& name, ByteView bytes) {
  std::filesystem::create_directories(root / target);
  std::ofstream file(root / target / name, std::ios::binary);
  for (std::uint8_t byte : bytes) file.put(static_cast<char>(byte));
}

void WriteText(const std::string& target, const std::string& name, absl::string_view text) {
  Write(target, name, AsBytes(text));
}

// With the byte before it that makes a target choose the decoder.
void WriteChosen(const std::string& target, const std::string& name, std::uint8_t which,
                 ByteView bytes) {
  Bytes input = {which};
  AppendTo(input, bytes);
  Write(target, name, input);
}

const SigningKey& Key() {
  static const auto* const kKey = new SigningKey(SigningKey::FromSeed(Secret<32>()));
  return *kKey;
}

const Identity& Reader() {
  static const auto* const kReader = new Identity(Identity::FromKey(Secret<32>()));
  return *kReader;
}

Certificate SampleCertificate() {
  return {.member = MemberId::Filled(1),
          .signing = Key().verify_key(),
          .authentication = Key().verify_key(),
          .recipient = Reader().recipient(),
          .roles = 1,
          .desks = {1, 2},
          .invite = InviteId::Filled(2),
          .expiry = {.value = 2000000000},
          .attributes_sha256 = Hash::Filled(3)};
}

void WriteCryptoSeeds() {
  WriteText("bech32_fuzz", "recipient", FormatRecipient(Reader().recipient()));
  Write("bech32_fuzz", "identity", Reader().Format().Expose());
  Write("grant_fuzz", "grant", MakeGrant(FileKey(), Reader().recipient()).value());
  Bytes file = MakeGrant(FileKey(), Reader().recipient()).value();
  AppendTo(file, SealSmall(FileKey(), AsBytes("text"), 4));
  Write("age_header_fuzz", "file", file);
  KeyBundle keys;
  keys.identity = Reader().Duplicate();
  keys.signing = SigningKey::FromSeed(Secret<32>());
  keys.authentication = SigningKey::FromSeed(Secret<32>());
  keys.home = Secret<32>();
  Write("key_bundle_fuzz", "keys", FormatKeyBundle(keys).Expose());
  Manifest manifest;
  manifest.version = 1;
  manifest.role = 1;
  manifest.language = "es";
  manifest.title = "sample";
  for (const char* name : {"page 1.jpeg", "page 2.jpeg"}) {
    ManifestPart part;
    part.object = ObjectId::Filled(static_cast<std::uint8_t>(manifest.parts.size() + 1));
    part.key = FileKey::Random();
    part.name = name;
    part.media_type = "image/jpeg";
    part.size = 1000;
    manifest.parts.push_back(std::move(part));
  }
  Write("manifest_fuzz", "photos", EncodeManifest(manifest).value().Expose());
}

void WriteStatementSeeds() {
  const Body bodies[] = {
      {.act = Accept{}, .objects = {}, .grants = {}},
      {.act = Tick{}, .objects = {}, .grants = {}},
      {.act = Note{}, .objects = {ObjectRef{}}, .grants = {GrantRef{}}},
      {.act = Certify{.certificate = SampleCertificate()}, .objects = {}, .grants = {}},
      {.act = Submit{}, .objects = {ObjectRef{}, ObjectRef{}}, .grants = {GrantRef{}}},
      {.act = HandIn{}, .objects = {ObjectRef{}, ObjectRef{}}, .grants = {GrantRef{}}},
  };
  for (const Body& body : bodies) {
    Statement statement;
    statement.kind = static_cast<decltype(statement.kind)>(KindOf(body.act));
    statement.actor = MemberId::Filled(1);
    statement.body = EncodeBody(body);
    const auto kind = static_cast<std::uint16_t>(KindOf(body.act));
    const std::string name = std::to_string(kind);
    Write("statement_fuzz", "signed-" + name, SignStatement(statement, Key()).bytes);
    Bytes chosen = {static_cast<std::uint8_t>(kind >> 8), static_cast<std::uint8_t>(kind)};
    AppendTo(chosen, statement.body);
    Write("statement_fuzz", "body-" + name, chosen);
  }
  Write("certificate_fuzz", "certificate", EncodeCertificate(SampleCertificate()));
  CertificateRequest request;
  request.signing = Key().verify_key();
  request.authentication = Key().verify_key();
  request.recipient = Reader().recipient();
  Write("certificate_fuzz", "request", MakeRequest(request, Key(), Key(), Secret<16>()));
  const std::string pem = "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n";
  Invitation invitation;
  invitation.server_address = "127.0.0.1:7443";
  invitation.server_certificate = pem;
  invitation.log_key = Key().verify_key();
  invitation.checkpoint = audit::SignCheckpoint(OrgId{}, {}, Key());
  invitation.invite = InviteId::Filled(1);
  invitation.roles = 1;
  invitation.expiry = {.value = 2000000000};
  Write("invitation_fuzz", "invitation", FormatInvitation(invitation).value().Expose());
  FoundingToken token;
  token.server_address = "127.0.0.1:7443";
  token.server_certificate = pem;
  token.log_key = Key().verify_key();
  token.token = TokenId::Filled(1);
  token.expiry = {.value = 2000000000};
  Write("invitation_fuzz", "token", FormatFoundingToken(token).value().Expose());
}

void WriteSealedTextSeeds() {
  const std::string target = "sealed_text_fuzz";
  const Attributes ana = {.display_name = "Ana", .languages = {"es", "mam"}, .capacity = 3};
  WriteChosen(target, "attributes", 0, Encode(ana).value().Expose());
  WriteChosen(target, "case", 1, Encode(CaseCard{.title = "A", .note = "b"}).value().Expose());
  WriteChosen(target, "note", 2, Encode(NoteText{.text = "line 4?", .page = 2}).value().Expose());
  const AssignmentMessage message = {
      .people = {{.member = MemberId::Filled(1), .display_name = "Ana", .role = Role::kTranslator}},
      .text = "thank you",
      .due_date = "2026-12-04",
      .language = "es",
      .variety = ""};
  WriteChosen(target, "message", 3, Encode(message).value().Expose());
  const TranslatorCertificate certificate = {
      .text = "I certify",
      .legal_name = "Ana",
      .address = "1 Road",
      .telephone = "1",
      .date = "2026-11-21",
      .language = "es",
      .variety = "",
      .covered = {{.title = "A", .pages = 1, .source_sha256 = {}, .translation_sha256 = {}}}};
  WriteChosen(target, "certificate", 4, Encode(certificate).value().Expose());
  InviteSecret secret;
  secret.intended = ana;
  WriteChosen(target, "invite", 5, Encode(secret).value().Expose());
  WriteChosen(target, "directory", 6, Encode(DirectoryKey{}).value().Expose());
  KeyBundle keys;
  keys.identity = Reader().Duplicate();
  keys.home = Secret<32>();
  WriteChosen(target, "keys", 7, FormatKeyBundle(keys).Expose());
}

void WriteAuditSeeds() {
  const audit::Leaf leaf = {.leaf_class = 1, .tag = {}, .statement = Hash::Filled(1)};
  WriteChosen("log_fuzz", "leaf", 0, audit::EncodeLeaf(leaf));
  const audit::LogEntry entry = {.leaf = leaf, .shelf_key = {}, .payload = Bytes(40)};
  WriteChosen("log_fuzz", "entry", 1, audit::EncodeEntry(entry));
  audit::Frontier frontier;
  for (int i = 0; i < 7; ++i) frontier.Append(Hash::Filled(static_cast<std::uint8_t>(i)));
  WriteChosen("log_fuzz", "frontier", 2, frontier.Encode());
  const audit::Checkpoint checkpoint = {.size = {.value = 7}, .root = frontier.Root()};
  const std::string origin = audit::OriginOf(OrgId{});
  WriteText("checkpoint_fuzz", "bare", audit::FormatCheckpointText(origin, checkpoint));
  const std::string note = audit::SignCheckpoint(OrgId{}, checkpoint, Key());
  WriteText("checkpoint_fuzz", "signed", note);
  const audit::Witness witness = {.name = "w", .key = Key().verify_key()};
  WriteChosen("cosignature_fuzz", "witness", 0, AsBytes(audit::FormatWitness(witness)));
  WriteChosen("cosignature_fuzz", "checkpoint", 1, AsBytes(note));
  const std::string line = audit::Cosign(witness.name, Key(), {.value = 1}, note).value();
  const std::string cosigned = audit::AttachSignature(note, line).value();
  WriteChosen("cosignature_fuzz", "cosigned", 1, AsBytes(cosigned));
  const audit::TlogProof proof = {.extra = Bytes(5),
                                  .index = {.value = 6},
                                  .path = {Hash::Filled(1), Hash::Filled(2)},
                                  .checkpoint = cosigned};
  WriteText("tlog_proof_fuzz", "proof", audit::FormatTlogProof(proof));
}

// A log of its first policy alone, under a checkpoint: a receipt of it lacks but the history.
custody::Receipt SampleReceipt() {
  Policy policy;
  policy.roots = {Key().verify_key()};
  policy.threshold = 1;
  policy.log_key = Key().verify_key();
  policy.recovery = Reader().recipient();
  Statement statement;
  statement.kind = static_cast<decltype(statement.kind)>(Kind::kPolicy);
  statement.org = OrgId{HashOf(policy).bytes};
  statement.subject_type = static_cast<std::uint8_t>(SubjectType::kDirectory);
  statement.body = EncodeBody({.act = policy, .objects = {}, .grants = {}});
  const SignedStatement said = SignStatement(statement, Key());
  const audit::Checkpoint head = {.size = {.value = 1},
                                  .root = audit::LeafHash(audit::LeafOf(said))};
  custody::Placed first;
  first.statement = said.bytes;
  custody::Receipt receipt;
  receipt.org = statement.org;
  receipt.document = SubjectId::Filled(1);
  receipt.checkpoint = audit::SignCheckpoint(receipt.org, head, Key());
  receipt.directory = {first};
  receipt.openings.emplace_back();
  return receipt;
}

void WriteBundleSeeds() {
  for (const auto& [name, file] : BundleSeeds(root.string())) {
    WriteChosen("bundle_fuzz", name, 0, file);
  }
}

void WriteSocksSeeds() {
  const std::string target = "socks_dialogue_fuzz";
  WriteChosen(target, "none", 0, Bytes{5, 0, 5, 0, 0, 1, 127, 0, 0, 1, 0, 80, 'x'});
  WriteChosen(target, "password", 1, Bytes{5, 2, 1, 0, 5, 0, 0, 3, 2, 'a', 'b', 0, 80});
  WriteChosen(target, "refused", 2, Bytes{5, 0, 5, 4, 0, 1});
}

void WriteCustodySeeds() {
  const std::string target = "receipt_fuzz";
  const custody::Receipt receipt = SampleReceipt();
  const std::string text = custody::FormatReceipt(receipt);
  WriteChosen(target, "text", 0, AsBytes(text));
  WriteChosen(target, "receipt", 1,
              ParseArmor("amparo-receipt-v1", text, custody::kFileBytesMax).value());
  custody::Evidence evidence;
  evidence.org = receipt.org;
  evidence.policies = {receipt.directory[0].statement};
  const std::vector<Hash> path = {Hash::Filled(1)};
  const std::string& note = receipt.checkpoint;
  const decltype(evidence.what) kinds[] = {
      custody::Equivocation{.first = note, .second = note},
      custody::Fork{.earlier = note, .later = note, .other_root = {}, .path = path},
      custody::Rollback{.larger = note, .smaller = note, .path = path},
      custody::InvalidHistory{.history = receipt},
      custody::Withholding{.checkpoint = note,
                           .position = {},
                           .leaf = {.leaf_class = 1, .tag = {}, .statement = {}},
                           .path = {},
                           .subject = {},
                           .previous = {}}};
  for (const auto& what : kinds) {
    evidence.what = what;
    const std::string formatted = custody::FormatEvidence(evidence);
    WriteChosen(target, "evidence-" + std::to_string(what.index() + 1), 2,
                ParseArmor("amparo-evidence-v1", formatted, custody::kFileBytesMax).value());
  }
}

}  // namespace
}  // namespace amparo::fuzz

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: fuzz_seeds DIRECTORY\n";
    return 1;
  }
  amparo::fuzz::root = arguments[1];
  amparo::fuzz::WriteCryptoSeeds();
  amparo::fuzz::WriteStatementSeeds();
  amparo::fuzz::WriteSealedTextSeeds();
  amparo::fuzz::WriteAuditSeeds();
  amparo::fuzz::WriteCustodySeeds();
  amparo::fuzz::WriteSocksSeeds();
  amparo::fuzz::WriteBundleSeeds();
  return 0;
}
