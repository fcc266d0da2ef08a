// Checkpoints and the signed notes they are.

#include "audit/checkpoint.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "audit/merkle.h"
#include "audit/signed_note.h"
#include "statement/text_encoding.h"
#include "tests/crypto/vector_files.h"
#include "tests/statement/mutations.h"
#include "tests/statement/random_bodies.h"

namespace amparo::audit {
namespace {

constexpr absl::string_view kDash = "\xe2\x80\x94 ";

OrgId Org() { return OrgId::Filled(1); }
Checkpoint SomeCheckpoint() { return {.size = {20}, .root = Hash::Filled(2)}; }
std::string SomeNote() { return SignCheckpoint(Org(), SomeCheckpoint(), KeyNumber(1)); }

absl::StatusCode CodeOf(absl::string_view note) {
  return OpenCheckpoint(Org(), KeyNumber(1).verify_key(), note).status().code();
}

// A note by the log itself over any text.
std::string Signed(absl::string_view text) { return SignNote(OriginOf(Org()), text, KeyNumber(1)); }

void ExpectMalformedText(absl::string_view text) {
  EXPECT_EQ(CodeOf(Signed(text)), absl::StatusCode::kInvalidArgument) << text;
}

std::string Origin() { return OriginOf(Org()); }
std::string Root() { return ToBase64(Hash::Filled(2).view()); }

TEST(Checkpoint, ComesBackAsItWas) {
  const absl::StatusOr<Checkpoint> opened =
      OpenCheckpoint(Org(), KeyNumber(1).verify_key(), SomeNote());
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(*opened, SomeCheckpoint());
}

TEST(Checkpoint, OfOneSizeAndRootIsOneNote) { EXPECT_EQ(SomeNote(), SomeNote()); }

TEST(Checkpoint, OfTheEmptyTreeHasItsRoot) {
  const Checkpoint empty{.size = {0}, .root = EmptyRoot()};
  EXPECT_EQ(CodeOf(SignCheckpoint(Org(), empty, KeyNumber(1))), absl::StatusCode::kOk);
  const Checkpoint wrong{.size = {0}, .root = Hash::Filled(2)};
  EXPECT_EQ(CodeOf(SignCheckpoint(Org(), wrong, KeyNumber(1))), absl::StatusCode::kInvalidArgument);
}

TEST(Checkpoint, IsRefusedAfterAnyBitFlipOrTruncation) {
  const std::string good = SomeNote();
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string flipped = good;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_NE(CodeOf(flipped), absl::StatusCode::kOk) << bit;
  }
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_NE(CodeOf(good.substr(0, size)), absl::StatusCode::kOk) << size;
  }
}

TEST(Checkpoint, OfAnotherOrganisationOrKeyIsNotOurs) {
  EXPECT_EQ(CodeOf(SignCheckpoint(OrgId::Filled(9), SomeCheckpoint(), KeyNumber(1))),
            absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(CodeOf(SignCheckpoint(Org(), SomeCheckpoint(), KeyNumber(2))),
            absl::StatusCode::kUnauthenticated);
  // Signed by our log, but with another's origin in the text.
  ExpectMalformedText(absl::StrCat(OriginOf(OrgId::Filled(9)), "\n20\n", Root(), "\n"));
}

TEST(Checkpoint, HasExactlyThreeLinesEvenIfTheLogSignedOthers) {
  EXPECT_EQ(CodeOf(Signed(absl::StrCat(Origin(), "\n20\n", Root(), "\n"))), absl::StatusCode::kOk);
  ExpectMalformedText(absl::StrCat(Origin(), "\n20\n"));
  ExpectMalformedText(absl::StrCat(Origin(), "\n20\n", Root(), "\nextension\n"));
  ExpectMalformedText(absl::StrCat(Origin(), "\n20\n", Root(), "\n\n"));
  ExpectMalformedText(absl::StrCat("\n20\n", Root(), "\n"));
}

TEST(Checkpoint, HasASizeInPlainDecimal) {
  for (const absl::string_view size :
       {"020", "+20", "-20", " 20", "20 ", "", "0x14", "18446744073709551616", "2e1"}) {
    ExpectMalformedText(absl::StrCat(Origin(), "\n", size, "\n", Root(), "\n"));
  }
  EXPECT_EQ(CodeOf(Signed(absl::StrCat(Origin(), "\n18446744073709551615\n", Root(), "\n"))),
            absl::StatusCode::kOk);
}

TEST(Checkpoint, HasARootOfThirtyTwoBytesInCanonicalBase64) {
  const std::string unpadded = Root().substr(0, 43);
  for (const std::string& root :
       {ToBase64(Bytes(31, 2)), ToBase64(Bytes(33, 2)), unpadded, unpadded.substr(0, 42) + "J=",
        absl::StrReplaceAll(ToBase64(Bytes(32, 0xff)), {{"/", "_"}}), std::string()}) {
    ExpectMalformedText(absl::StrCat(Origin(), "\n20\n", root, "\n"));
  }
}

TEST(SignedNote, IgnoresSignaturesOfOthers) {
  const std::string cosignature =
      absl::StrCat(kDash, "witness.example/w ", ToBase64(Bytes(4 + 72, 7)), "\n");
  EXPECT_EQ(CodeOf(absl::StrCat(SomeNote(), cosignature)), absl::StatusCode::kOk);
  // Our name, but a key id that is not ours: a key we do not know.
  const std::string stranger = absl::StrCat(kDash, Origin(), " ", ToBase64(Bytes(68, 7)), "\n");
  EXPECT_EQ(CodeOf(absl::StrCat(SomeNote(), stranger)), absl::StatusCode::kOk);
}

TEST(SignedNote, FailsOnAWrongSignatureUnderOurKeyEvenBesideARightOne) {
  Bytes blob;
  AppendTo(blob, NoteKeyIdOf(Origin(), KeyNumber(1).verify_key()).view());
  blob.resize(68);
  const std::string wrong = absl::StrCat(kDash, Origin(), " ", ToBase64(blob), "\n");
  EXPECT_EQ(CodeOf(absl::StrCat(SomeNote(), wrong)), absl::StatusCode::kUnauthenticated);
  blob.resize(60);
  const std::string cut = absl::StrCat(kDash, Origin(), " ", ToBase64(blob), "\n");
  EXPECT_EQ(CodeOf(absl::StrCat(SomeNote(), cut)), absl::StatusCode::kUnauthenticated);
}

TEST(SignedNote, RefusesWhatIsNotInItsForm) {
  const std::string good = SomeNote();
  const std::string text = FormatCheckpointText(Origin(), SomeCheckpoint());
  for (const std::string& bad :
       {std::string(), text, absl::StrCat(text, "\n"), good.substr(0, good.size() - 1),
        absl::StrCat(good, "\n"), absl::StrReplaceAll(good, {{"\n", "\r\n"}}),
        absl::StrReplaceAll(good, {{kDash, "- "}}), absl::StrCat(good, kDash, "name\n"),
        absl::StrCat(good, kDash, "na+me AAAAAAA=\n"), absl::StrCat(good, kDash, "name AAAA\n"),
        absl::StrCat(good, kDash, "name AAAAAAA\n"), absl::StrCat(good, "text\n"),
        absl::StrCat(good, kDash, "\x80 AAAAAAA=\n"), absl::StrCat(good, kDash, "n\tm AAAAAAA=\n"),
        absl::StrCat("\xef\xbb\xbf", good), std::string(kNoteBytesMax + 1, '\n')}) {
    EXPECT_NE(CodeOf(bad), absl::StatusCode::kOk) << bad;
  }
}

TEST(SignedNote, TakesAtMostThirtyTwoSignatures) {
  std::string note = SomeNote();
  const std::string line = absl::StrCat(kDash, "w ", ToBase64(Bytes(68, 7)), "\n");
  for (std::size_t i = 1; i < kNoteSignaturesMax; ++i) note += line;
  EXPECT_EQ(CodeOf(note), absl::StatusCode::kOk);
  EXPECT_EQ(CodeOf(note + line), absl::StatusCode::kInvalidArgument);
}

TEST(C2spVectors, TheWorkedExampleOfSignedNoteOpens) {
  const std::string folder = ForeignVectors("c2sp-notes");
  if (folder.empty()) GTEST_SKIP() << "no vectors: c2sp-notes";
  const nlohmann::json example = ReadJson(folder + "/signed_note_spec_example.json");
  // name+key id+base64(type byte || key)
  const std::vector<std::string> vkey =
      absl::StrSplit(example["vkey"].get<std::string>(), absl::MaxSplits('+', 2));
  ASSERT_EQ(vkey.size(), 3U);
  const std::optional<Bytes> typed = FromBase64(vkey[2]);
  ASSERT_TRUE(typed.has_value() && typed->size() == 33 && typed->front() == 1);
  const VerifyKey key = *VerifyKey::From(ByteView(*typed).subspan(1));
  EXPECT_EQ(ToHex(NoteKeyIdOf(vkey[0], key)), vkey[1]);
  const std::string note = example["note"].get<std::string>();
  const absl::StatusOr<absl::string_view> text = OpenNote(vkey[0], key, note);
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_EQ(*text, "This is an example message.\n");
}

// The published cases test framing alone: their roots are no hashes and some have further
// lines. We refuse those too, so of the cases they accept only the 32-byte root could stand,
// and there is none among them.
TEST(C2spVectors, CheckpointBodiesThatMustBeRefusedAre) {
  const std::string folder = ForeignVectors("c2sp-notes");
  if (folder.empty()) GTEST_SKIP() << "no vectors: c2sp-notes";
  std::size_t refused = 0;
  const nlohmann::json bodies = ReadJson(folder + "/checkpoint_bodies.json");
  for (const nlohmann::json& body : bodies["cases"]) {
    const std::string text = body["text"].get<std::string>();
    const std::string origin = text.substr(0, text.find('\n'));
    const absl::Status status = ParseCheckpointText(origin, text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << body["desc"];
    // Those that C2SP accepts fail at the root or at the further lines, and nowhere earlier.
    if (!body["wantErr"].get<bool>()) {
      EXPECT_TRUE(absl::StrContains(status.message(), "root") ||
                  absl::StrContains(status.message(), "lines"))
          << status;
    } else {
      ++refused;
    }
  }
  EXPECT_EQ(refused, 7U);
}

}  // namespace
}  // namespace amparo::audit
