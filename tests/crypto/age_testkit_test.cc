// The age testkit (C2SP/CCTV): every binary X25519 and scrypt case with its exact outcome,
// and, of the cases for what we do not speak (armor, post-quantum), that all are refused.
// Read from the npm package as dumped (AMPARO_CCTV_DIR) and from AMPARO_VECTORS, whichever
// is there.

#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "crypto/age_file.h"
#include "crypto/age_header.h"
#include "crypto/digest.h"
#include "tests/crypto/vector_files.h"

namespace amparo {
namespace {

struct TestkitCase {
  std::string expect;
  std::string payload_sha256;
  std::vector<std::string> identities;
  std::vector<std::string> passphrases;
  bool armored = false;
  Bytes file;
};

Bytes Inflate(ByteView compressed) {
  z_stream stream{};
  EXPECT_EQ(inflateInit(&stream), Z_OK);
  stream.next_in = const_cast<Bytef*>(compressed.data());
  stream.avail_in = static_cast<uInt>(compressed.size());
  Bytes out;
  Bytes block(1 << 16);
  int answer = Z_OK;
  while (answer == Z_OK) {
    stream.next_out = block.data();
    stream.avail_out = static_cast<uInt>(block.size());
    answer = inflate(&stream, Z_NO_FLUSH);
    AppendTo(out, ByteView(block).first(block.size() - stream.avail_out));
  }
  EXPECT_EQ(answer, Z_STREAM_END);
  inflateEnd(&stream);
  return out;
}

TestkitCase ReadCase(const std::string& path) {
  const Bytes bytes = ReadFile(path);
  const absl::string_view text = AsText(bytes);
  const std::size_t end = text.find("\n\n");
  EXPECT_NE(end, absl::string_view::npos) << path;
  TestkitCase out;
  bool compressed = false;
  for (const absl::string_view line : absl::StrSplit(text.substr(0, end), '\n')) {
    const std::pair<std::string, std::string> field =
        absl::StrSplit(line, absl::MaxSplits(": ", 1));
    if (field.first == "expect") out.expect = field.second;
    if (field.first == "payload") out.payload_sha256 = field.second;
    if (field.first == "identity") out.identities.push_back(field.second);
    if (field.first == "passphrase") out.passphrases.push_back(field.second);
    if (field.first == "armored") out.armored = field.second == "yes";
    if (field.first == "compressed") compressed = field.second == "zlib";
  }
  const ByteView file = ByteView(bytes).subspan(end + 2);
  out.file = compressed ? Inflate(file) : Bytes(file.begin(), file.end());
  return out;
}

ByteSource SourceOf(const Bytes& bytes, std::size_t step) {
  return [&bytes, step, at = std::size_t{0}](MutableByteView out) mutable {
    const std::size_t count = std::min({step, out.size(), bytes.size() - at});
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), count, out.begin());
    at += count;
    return absl::StatusOr<std::size_t>(count);
  };
}

struct Outcome {
  std::string name;            // In the testkit's words.
  std::string payload_sha256;  // Of all that was given to the application.
  absl::Status status;
};

// A stage and a code stand for one outcome of the testkit each.
Outcome Open(const TestkitCase& testkit_case, std::size_t step) {
  std::vector<Identity> identities;
  for (const std::string& text : testkit_case.identities) {
    absl::StatusOr<Identity> identity = Identity::Parse(text);
    // Other kinds of identity are none of ours.
    if (identity.ok()) identities.push_back(*std::move(identity));
  }
  std::vector<ByteView> passphrases;
  for (const std::string& text : testkit_case.passphrases) passphrases.push_back(AsBytes(text));
  absl::StatusOr<AgeReader> reader = AgeReader::Create(
      SourceOf(testkit_case.file, step), {.identities = identities, .passphrases = passphrases});
  Sha256Stream hash;
  switch (reader.status().code()) {
    case absl::StatusCode::kOk: {
      absl::Status status = reader->CopyTo([&](ByteView bytes) {
        hash.Update(bytes);
        return absl::OkStatus();
      });
      const std::string name = status.ok()                ? "success"
                               : absl::IsDataLoss(status) ? "payload failure"
                                                          : "unknown payload outcome";
      return {.name = name, .payload_sha256 = ToHex(hash.Finish()), .status = status};
    }
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:  // A work factor above the limit.
      return {.name = "header failure", .payload_sha256 = "", .status = reader.status()};
    case absl::StatusCode::kPermissionDenied:
      return {.name = "no match", .payload_sha256 = "", .status = reader.status()};
    case absl::StatusCode::kDataLoss:
      return {.name = "HMAC failure", .payload_sha256 = "", .status = reader.status()};
    default:
      return {.name = "unknown outcome", .payload_sha256 = "", .status = reader.status()};
  }
}

// Whatever is no "header failure" has a header that we write back as it was.
void ExpectHeaderRoundTrip(const TestkitCase& testkit_case) {
  const absl::StatusOr<ParsedAgeHeader> parsed = ParseAgeHeader(testkit_case.file);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  const Bytes formatted = FormatAgeHeader(parsed->header);
  EXPECT_EQ(formatted,
            Bytes(testkit_case.file.begin(),
                  testkit_case.file.begin() + static_cast<std::ptrdiff_t>(parsed->size)));
}

std::vector<std::string> Folders() {
  std::vector<std::string> folders;
  if (const char* const dumped = std::getenv("AMPARO_CCTV_DIR");
      dumped != nullptr && std::filesystem::is_directory(dumped)) {
    folders.emplace_back(dumped);
  }
  if (const std::string folder = ForeignVectors("cctv-age/testdata"); !folder.empty()) {
    folders.push_back(folder);
  }
  return folders;
}

bool IsPostQuantum(const std::string& name) { return absl::StartsWith(name, "hybrid"); }

TEST(AgeTestkit, EveryBinaryX25519AndScryptCaseEndsAsItMust) {
  if (Folders().empty()) GTEST_SKIP() << "no vectors: cctv-age";
  for (const std::string& folder : Folders()) {
    int x25519_cases = 0;
    int scrypt_cases = 0;
    for (const std::string& name : FilesIn(folder)) {
      SCOPED_TRACE(folder + "/" + name);
      const TestkitCase testkit_case = ReadCase(folder + "/" + name);
      if (testkit_case.armored || IsPostQuantum(name)) continue;
      ++(absl::StartsWith(name, "scrypt") ? scrypt_cases : x25519_cases);
      const Outcome outcome = Open(testkit_case, /*step=*/1000);
      EXPECT_EQ(outcome.name, testkit_case.expect) << outcome.status;
      EXPECT_EQ(outcome.payload_sha256, testkit_case.payload_sha256) << outcome.status;
      if (testkit_case.expect != "header failure") ExpectHeaderRoundTrip(testkit_case);
    }
    EXPECT_EQ(x25519_cases + scrypt_cases, 67 + 25) << x25519_cases << " and " << scrypt_cases;
    EXPECT_EQ(scrypt_cases, 25);
  }
}

TEST(AgeTestkit, WhatWeDoNotSpeakIsRefused) {
  if (Folders().empty()) GTEST_SKIP() << "no vectors: cctv-age";
  for (const std::string& folder : Folders()) {
    int cases = 0;
    for (const std::string& name : FilesIn(folder)) {
      SCOPED_TRACE(folder + "/" + name);
      const TestkitCase testkit_case = ReadCase(folder + "/" + name);
      if (!testkit_case.armored && !IsPostQuantum(name)) continue;
      ++cases;
      const Outcome outcome = Open(testkit_case, /*step=*/1000);
      if (testkit_case.armored) {
        EXPECT_EQ(outcome.name, "header failure") << outcome.status;
      } else if (!testkit_case.identities.empty() &&
                 absl::StartsWith(testkit_case.identities[0], "AGE-SECRET-KEY-1")) {
        EXPECT_EQ(outcome.name, testkit_case.expect) << outcome.status;
      } else {
        EXPECT_TRUE(outcome.name == "no match" || outcome.name == "header failure")
            << outcome.name << ": " << outcome.status;
      }
    }
    EXPECT_EQ(cases, 143 - 67 - 25);
  }
}

// How the bytes arrive changes nothing: one by one is the hardest way.
TEST(AgeTestkit, TheStepOfTheSourceChangesNothing) {
  if (Folders().empty()) GTEST_SKIP() << "no vectors: cctv-age";
  const std::string folder = Folders().front();
  for (const char* const name : {"x25519", "x25519_grease", "stream_last_chunk_full",
                                 "stream_trailing_garbage_long", "stream_short_nonce"}) {
    const TestkitCase testkit_case = ReadCase(folder + "/" + name);
    for (const std::size_t step : {1UL, 15UL, 4096UL, 65'552UL, 1UL << 20}) {
      EXPECT_EQ(Open(testkit_case, step).name, testkit_case.expect) << name << ", step " << step;
    }
  }
}

}  // namespace
}  // namespace amparo
