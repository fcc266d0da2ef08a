// Cosignatures: who else saw a checkpoint, and when.

#include "audit/cosignature.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "audit/checkpoint.h"
#include "audit/signed_note.h"
#include "crypto/digest.h"
#include "statement/codec.h"
#include "statement/text_encoding.h"
#include "tests/crypto/vector_files.h"
#include "tests/statement/mutations.h"
#include "tests/statement/random_bodies.h"

namespace amparo::audit {
namespace {

constexpr std::uint64_t kTime = 1'790'000'000;

Witness WitnessNumber(std::uint8_t number) {
  return {.name = absl::StrCat("witness.example/w", number), .key = KeyNumber(number).verify_key()};
}

std::string SomeNote() {
  return SignCheckpoint(OrgId::Filled(1), {.size = {20}, .root = Hash::Filled(2)}, KeyNumber(1));
}
std::string TextOf(const std::string& note) { return std::string(SplitNote(note)->text); }

std::string LineOf(std::uint8_t number, std::uint64_t time = kTime) {
  return *Cosign(WitnessNumber(number).name, KeyNumber(number), {time}, SomeNote());
}
// The note with the lines attached.
std::string With(const std::vector<std::string>& lines) {
  std::string note = SomeNote();
  for (const std::string& line : lines) note = *AttachSignature(note, line);
  return note;
}

// A line under the witness's name and key id that holds these bytes.
std::string LineWith(const Witness& witness, ByteView bytes) {
  return FormatSignatureLine(witness.name, CosignerKeyId(witness), bytes);
}
Bytes SignatureOf(const std::string& line) { return ParseSignatureLine(line)->signature; }

absl::StatusOr<std::vector<Cosigned>> Verified(const std::string& note) {
  const std::vector<Witness> witnesses = {WitnessNumber(2), WitnessNumber(3)};
  return VerifyCosignatures(note, witnesses);
}

std::vector<Cosigned> Seen(const std::string& note) {
  const auto verified = Verified(note);
  EXPECT_TRUE(verified.ok()) << verified.status();
  return verified.value_or(std::vector<Cosigned>());
}

void ExpectRejected(const std::string& line) {
  EXPECT_EQ(Verified(With({line})).status().code(), absl::StatusCode::kUnauthenticated) << line;
  // Also beside a good one of the same witness.
  EXPECT_EQ(Verified(With({LineOf(2), line})).status().code(), absl::StatusCode::kUnauthenticated);
}

Cosigned By(std::uint8_t number, std::uint64_t time = kTime) {
  return {.name = WitnessNumber(number).name, .time = {time}};
}

TEST(Cosignature, ComesBackWithItsNameAndTime) {
  EXPECT_EQ(Seen(With({LineOf(3, 7), LineOf(2)})), (std::vector<Cosigned>{By(3, 7), By(2)}));
  EXPECT_EQ(Seen(SomeNote()), std::vector<Cosigned>());
  EXPECT_EQ(Seen(With({LineOf(2, 0)})), std::vector<Cosigned>{By(2, 0)});
  EXPECT_EQ(Seen(With({LineOf(2, kCosignatureTimeMax)})),
            std::vector<Cosigned>{By(2, kCosignatureTimeMax)});
}

TEST(Cosignature, SignsTheLinesThatC2spPrescribes) {
  const std::string message = absl::StrCat("cosignature/v1\ntime 1790000000\n", TextOf(SomeNote()));
  Writer expected;
  expected.U64(kTime);
  expected.Fixed(KeyNumber(2).Sign(AsBytes(message)));
  EXPECT_EQ(SignatureOf(LineOf(2)), expected.bytes());
  Bytes id_input;
  AppendTo(id_input, AsBytes("witness.example/w2\n\x04"));
  AppendTo(id_input, KeyNumber(2).verify_key().view());
  EXPECT_EQ(ToHex(CosignerKeyId(WitnessNumber(2))), ToHex(Sha256(id_input)).substr(0, 8));
}

TEST(Cosignature, LeavesTheLogsOwnSignatureAsItWas) {
  const std::string note = With({LineOf(2), LineOf(9)});
  EXPECT_TRUE(OpenCheckpoint(OrgId::Filled(1), KeyNumber(1).verify_key(), note).ok());
  EXPECT_EQ(*SignerNames(note),
            (std::vector<std::string>{OriginOf(OrgId::Filled(1)), WitnessNumber(2).name,
                                      WitnessNumber(9).name}));
}

TEST(Cosignature, OfAnotherCheckpointIsRejected) {
  const std::string other =
      SignCheckpoint(OrgId::Filled(1), {.size = {21}, .root = Hash::Filled(2)}, KeyNumber(1));
  EXPECT_EQ(Verified(*AttachSignature(other, LineOf(2))).status().code(),
            absl::StatusCode::kUnauthenticated);
}

TEST(Cosignature, WithAnAlteredTimeIsRejected) {
  for (std::size_t bit = 0; bit < 64; ++bit) {
    Bytes altered = SignatureOf(LineOf(2));
    altered[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    ExpectRejected(LineWith(WitnessNumber(2), altered));
  }
}

TEST(Cosignature, OfATimeThatC2spForbidsIsNeitherMadeNorAccepted) {
  const std::uint64_t time = kCosignatureTimeMax + 1;
  EXPECT_EQ(Cosign("w", KeyNumber(2), {time}, SomeNote()).status().code(),
            absl::StatusCode::kInvalidArgument);
  Writer out;
  out.U64(time);
  out.Fixed(KeyNumber(2).Sign(
      AsBytes(absl::StrCat("cosignature/v1\ntime ", time, "\n", TextOf(SomeNote())))));
  ExpectRejected(LineWith(WitnessNumber(2), out.bytes()));
}

TEST(Cosignature, OfAnotherLengthOrOverTheBareTextIsRejected) {
  Bytes bytes = SignatureOf(LineOf(2));
  ExpectRejected(LineWith(WitnessNumber(2), ByteView(bytes).first(71)));
  ExpectRejected(LineWith(WitnessNumber(2), ByteView(bytes).subspan(8)));
  bytes.push_back(0);
  ExpectRejected(LineWith(WitnessNumber(2), bytes));
  const Signature bare = KeyNumber(2).Sign(AsBytes(TextOf(SomeNote())));
  ExpectRejected(LineWith(WitnessNumber(2), bare.view()));
  Writer out;
  out.U64(kTime);
  out.Fixed(bare);
  ExpectRejected(LineWith(WitnessNumber(2), out.bytes()));
}

// The type byte stands in the key id and nowhere else: with another byte it is another key.
TEST(Cosignature, OfAnotherTypeByteIsOfAKeyThatNobodyKnows) {
  const Witness witness = WitnessNumber(2);
  const NoteKeyId plain = NoteKeyIdOf(witness.name, witness.key);
  EXPECT_NE(plain, CosignerKeyId(witness));
  const std::string line = FormatSignatureLine(witness.name, plain, SignatureOf(LineOf(2)));
  EXPECT_EQ(Seen(With({line})), std::vector<Cosigned>());
  EXPECT_EQ(Seen(With({line, LineOf(2)})), std::vector<Cosigned>{By(2)});
  // Nor does a cosignature stand for the log's own signature.
  const std::string origin = OriginOf(OrgId::Filled(1));
  const std::string by_the_log = *Cosign(origin, KeyNumber(1), {kTime}, SomeNote());
  const std::string alone = absl::StrCat(TextOf(SomeNote()), "\n", by_the_log);
  EXPECT_EQ(OpenCheckpoint(OrgId::Filled(1), KeyNumber(1).verify_key(), alone).status().code(),
            absl::StatusCode::kUnauthenticated);
}

TEST(Cosignature, OfOneWitnessCountsOnceAndTheNewestCounts) {
  EXPECT_EQ(Seen(With({LineOf(2), LineOf(2)})), std::vector<Cosigned>{By(2)});
  for (const auto& [first, second] : {std::pair(5, 9), std::pair(9, 5)}) {
    const auto one = static_cast<std::uint64_t>(first);
    const auto other = static_cast<std::uint64_t>(second);
    EXPECT_EQ(Seen(With({LineOf(2, one), LineOf(2, other)})), std::vector<Cosigned>{By(2, 9)});
  }
}

// The signed message does not say the name: whoever has one cosignature can write it under any.
TEST(Cosignature, OfOneKeyUnderTwoNamesCountsOnce) {
  const Witness twin{.name = "twin.example", .key = KeyNumber(2).verify_key()};
  const std::string line = LineWith(twin, SignatureOf(LineOf(2)));
  const std::vector<Witness> witnesses = {WitnessNumber(2), twin, WitnessNumber(2)};
  const auto seen = VerifyCosignatures(With({LineOf(2), line}), witnesses);
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_EQ(*seen, std::vector<Cosigned>{By(2)});
}

TEST(Cosignature, OfAStrangerIsIgnoredWhateverItHolds) {
  const std::string stranger = LineWith(WitnessNumber(9), Bytes(72, 7));
  EXPECT_EQ(Seen(With({stranger, LineOf(2), LineOf(8)})), std::vector<Cosigned>{By(2)});
  // A witness's name with another's key, and a witness's key under another name.
  const Witness impostor{.name = WitnessNumber(2).name, .key = KeyNumber(9).verify_key()};
  EXPECT_EQ(Seen(With({LineWith(impostor, Bytes(72, 7))})), std::vector<Cosigned>());
  EXPECT_EQ(Seen(With({*Cosign("other", KeyNumber(2), {kTime}, SomeNote())})),
            std::vector<Cosigned>());
}

// After a flip in the log's own line, to which a cosignature does not speak, it stands; after
// any other it is gone or the note is refused, and never does it say another time.
TEST(Cosignature, IsGoneOrTheNoteIsRefusedAfterAnyBitFlipOrTruncation) {
  const std::string good = With({LineOf(2)});
  const std::size_t text_end = TextOf(good).size() + 1;
  const std::size_t own_line_end = good.size() - LineOf(2).size();
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string flipped = good;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    const auto seen = Verified(flipped);
    if (!seen.ok()) continue;
    const bool is_own_line = bit / 8 >= text_end && bit / 8 < own_line_end;
    EXPECT_EQ(*seen, is_own_line ? std::vector<Cosigned>{By(2)} : std::vector<Cosigned>()) << bit;
  }
  for (std::size_t size = 0; size < good.size(); ++size) {
    const auto seen = Verified(good.substr(0, size));
    EXPECT_TRUE(!seen.ok() || seen->empty()) << size;
  }
}

TEST(Attaching, RefusesWhatIsNoNoteAndNoLine) {
  const std::string line = LineOf(2);
  const auto code = [](const std::string& note, const std::string& what) {
    return AttachSignature(note, what).status().code();
  };
  EXPECT_EQ(code(SomeNote(), line), absl::StatusCode::kOk);
  for (const std::string& bad :
       {std::string(), line.substr(0, line.size() - 1), absl::StrCat(line, line),
        absl::StrCat("\n", line), absl::StrCat(line, "\n"),
        absl::StrReplaceAll(line, {{"\n", "\r\n"}}), absl::StrReplaceAll(line, {{"w2 ", "w\x01 "}}),
        line.substr(4)}) {
    EXPECT_EQ(code(SomeNote(), bad), absl::StatusCode::kInvalidArgument) << bad;
  }
  EXPECT_EQ(code(TextOf(SomeNote()), line), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Cosign("w", KeyNumber(2), {kTime}, TextOf(SomeNote())).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(Attaching, StopsAtTheLimitsOfANote) {
  std::string note = SomeNote();
  for (std::size_t i = 1; i < kNoteSignaturesMax; ++i) note = *AttachSignature(note, LineOf(2));
  EXPECT_EQ(AttachSignature(note, LineOf(2)).status().code(), absl::StatusCode::kInvalidArgument);
  const std::size_t around = SignNote("w", "\n", KeyNumber(1)).size();
  for (const std::size_t more : {std::size_t{0}, std::size_t{1}}) {
    const std::string text(kNoteBytesMax - around - LineOf(2).size() + more, 'n');
    const std::string long_note = SignNote("w", absl::StrCat(text, "\n"), KeyNumber(1));
    EXPECT_EQ(AttachSignature(long_note, LineOf(2)).ok(), more == 0) << long_note.size();
  }
}

TEST(Witness, ComesBackAsItWasAndIsRefusedAfterAnyBitFlip) {
  const std::string text = FormatWitness(WitnessNumber(2));
  ASSERT_TRUE(ParseWitness(text).ok());
  EXPECT_EQ(*ParseWitness(text), WitnessNumber(2));
  ExpectCanonicalUnderMutation(AsBytes(text), [&](ByteView bytes) -> std::optional<Bytes> {
    const auto witness = ParseWitness(AsText(bytes));
    if (!witness.ok()) return std::nullopt;
    const std::string again = FormatWitness(*witness);
    EXPECT_EQ(again, text) << "another witness after a flip";
    return Bytes(again.begin(), again.end());
  });
}

TEST(Witness, HasANameThatALineCanCarry) {
  const VerifyKey key = KeyNumber(2).verify_key();
  const auto is_ok = [&](const std::string& name) {
    return ParseWitness(FormatWitness({.name = name, .key = key})).ok();
  };
  EXPECT_TRUE(is_ok(std::string(255, 'w')));
  EXPECT_TRUE(is_ok("g\xc3\xa9n\xc3\xa9rique.example"));
  for (const std::string& name :
       {std::string(), std::string(256, 'w'), std::string("a b"), std::string("a\nb"),
        std::string("a\tb"), std::string("a\x7f"), std::string("a\xff"), std::string("a+b")}) {
    EXPECT_FALSE(is_ok(name)) << name;
    EXPECT_EQ(Cosign(name, KeyNumber(2), {kTime}, SomeNote()).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST(Witness, HasAKeyOfThisAlgorithmAndTheKeysOwnId) {
  const std::string good = FormatWitness(WitnessNumber(2));
  const std::string id = ToHex(CosignerKeyId(WitnessNumber(2)));
  Bytes plain = {1};
  AppendTo(plain, KeyNumber(2).verify_key().view());
  Bytes low_order = {4};
  low_order.resize(33);
  Bytes cut = {4};
  cut.resize(32, 1);
  for (const std::string& bad :
       {absl::StrReplaceAll(good, {{id, "00000000"}}), good.substr(0, good.size() - 1),
        absl::StrCat(good, "\n"), absl::StrCat("w+", id), std::string(),
        absl::StrCat(WitnessNumber(2).name, "+", id, "+", ToBase64(plain)),
        absl::StrCat(WitnessNumber(2).name, "+", id, "+", ToBase64(low_order)),
        absl::StrCat(WitnessNumber(2).name, "+", id, "+", ToBase64(cut))}) {
    EXPECT_EQ(ParseWitness(bad).status().code(), absl::StatusCode::kInvalidArgument) << bad;
  }
}

TEST(CosignerName, OfADeviceIsThatOfItsCertificate) {
  const Hash certificate = Sha256(AsBytes("certificate"));
  const std::string name = CosignerNameOf(certificate);
  EXPECT_TRUE(IsWitnessName(name));
  EXPECT_EQ(name, absl::StrCat("amparo.invalid/certificate/", ToHex(certificate)));
  EXPECT_EQ(CertificateOfCosigner(name), certificate);
  for (const std::string& other :
       {std::string(), std::string("witness.example"), name.substr(0, name.size() - 1),
        name.substr(0, name.size() - 2), absl::StrCat(name, "00"),
        absl::StrReplaceAll(name, {{"certificate", "log"}}), absl::StrCat(" ", name)}) {
    EXPECT_EQ(CertificateOfCosigner(other), std::nullopt) << other;
  }
}

TEST(C2spVectors, AVerifierKeyOfAnotherAlgorithmIsNoWitness) {
  const std::string folder = ForeignVectors("c2sp-notes");
  if (folder.empty()) GTEST_SKIP() << "no vectors: c2sp-notes";
  const nlohmann::json example = ReadJson(folder + "/signed_note_spec_example.json");
  EXPECT_EQ(ParseWitness(example["vkey"].get<std::string>()).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace amparo::audit
