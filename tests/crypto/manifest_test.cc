// Manifests: one encoding each, every limit at its edge, and the committed vectors.

#include "crypto/manifest.h"

#include <gtest/gtest.h>

#include <functional>

#include "crypto/manifest_fields.h"
#include "tests/crypto/vector_files.h"

namespace amparo {
namespace {

ManifestPart Part(std::uint8_t n) {
  ManifestPart part;
  part.object = ObjectId::Filled(static_cast<std::uint8_t>(0x80 + n));
  std::fill(part.key.ExposeMutable().begin(), part.key.ExposeMutable().end(),
            static_cast<std::uint8_t>(n));
  part.name = "IMG_" + std::to_string(n) + ".jpg";
  part.media_type = "image/jpeg";
  part.size = 300'000;
  part.sha256 = Hash::Filled(static_cast<std::uint8_t>(0x40 + n));
  part.rotation = 90;
  return part;
}

Manifest Source() {
  Manifest manifest;
  manifest.case_id = decltype(manifest.case_id)::Filled(0x11);
  manifest.document = decltype(manifest.document)::Filled(0x22);
  manifest.author = decltype(manifest.author)::Filled(0x33);
  manifest.version = 1;
  manifest.role = 1;
  manifest.language = "mam";
  manifest.variety = "Todos Santos";
  manifest.title = "Declaraci\xc3\xb3n";
  manifest.pages = 2;
  manifest.content_warnings = {"violence"};
  manifest.due_date = "2026-12-04";
  manifest.parts.push_back(Part(1));
  manifest.parts.push_back(Part(2));
  return manifest;
}

Manifest Translation() {
  Manifest manifest = Source();
  manifest.version = 2;
  manifest.role = 2;
  manifest.language = "en";
  manifest.variety = "";
  manifest.title = "Declaration";
  manifest.content_warnings.clear();
  manifest.due_date = "";
  manifest.source = Hash::Filled(0x55);
  manifest.certificate = "I am competent to translate from Mam into English.\n";
  manifest.parts.pop_back();
  manifest.parts[0].name = "translation.pdf";
  manifest.parts[0].media_type = "application/pdf";
  manifest.parts[0].rotation = 0;
  return manifest;
}

Bytes Encoded(const Manifest& manifest) {
  const absl::StatusOr<SecretBuffer> encoded = EncodeManifest(manifest);
  EXPECT_TRUE(encoded.ok()) << encoded.status();
  return encoded.ok() ? Bytes(encoded->Expose().begin(), encoded->Expose().end()) : Bytes();
}

void ExpectRefused(const std::string& field, const std::function<void(Manifest&)>& change,
                   Manifest manifest = Source()) {
  change(manifest);
  const absl::Status status = EncodeManifest(manifest).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << field;
  EXPECT_NE(status.message().find(field), absl::string_view::npos) << status;
}

void ExpectAccepted(const std::function<void(Manifest&)>& change) {
  Manifest manifest = Source();
  change(manifest);
  const Bytes bytes = Encoded(manifest);
  const absl::StatusOr<Manifest> decoded = DecodeManifest(bytes);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(Encoded(*decoded), bytes);
}

// The forms of tests/vectors/manifest are of these two.
TEST(ManifestVectors, SourceIsWhatIsWrittenDown) {
  const auto fields = ReadFields(OurVectors("manifest") + "/source.txt");
  EXPECT_EQ(ToHex(Encoded(Source())), fields.find("manifest")->second);
}

TEST(ManifestVectors, TranslationIsWhatIsWrittenDown) {
  const auto fields = ReadFields(OurVectors("manifest") + "/translation.txt");
  EXPECT_EQ(ToHex(Encoded(Translation())), fields.find("manifest")->second);
}

TEST(ManifestVectors, EachEndsAsItSays) {
  const std::string folder = OurVectors("manifest") + "/";
  int vectors = 0;
  for (const std::string& name : FilesIn(folder)) {
    if (!name.ends_with(".txt")) continue;
    SCOPED_TRACE(name);
    const auto fields = ReadFields(folder + name);
    const Bytes bytes = Hex(fields.find("manifest")->second);
    const absl::StatusOr<Manifest> manifest = DecodeManifest(bytes);
    ++vectors;
    if (fields.find("expect")->second == "OK") {
      ASSERT_TRUE(manifest.ok()) << manifest.status();
      const Bytes again = Encoded(*manifest);
      EXPECT_TRUE(std::equal(again.begin(), again.end(), bytes.begin()));
    } else {
      EXPECT_EQ(manifest.status().code(), absl::StatusCode::kInvalidArgument);
      EXPECT_NE(manifest.status().message().find(fields.find("field")->second),
                absl::string_view::npos)
          << manifest.status();
    }
  }
  EXPECT_GE(vectors, 14);
}

TEST(Manifest, EveryFieldComesBack) {
  const absl::StatusOr<Manifest> decoded = DecodeManifest(Encoded(Source()));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->case_id, Source().case_id);
  EXPECT_EQ(decoded->document, Source().document);
  EXPECT_EQ(decoded->author, Source().author);
  EXPECT_EQ(decoded->version, 1);
  EXPECT_EQ(decoded->role, 1);
  EXPECT_EQ(decoded->language, "mam");
  EXPECT_EQ(decoded->variety, "Todos Santos");
  EXPECT_EQ(decoded->title, Source().title);
  EXPECT_EQ(decoded->pages, 2);
  EXPECT_EQ(decoded->content_warnings, Source().content_warnings);
  EXPECT_EQ(decoded->due_date, "2026-12-04");
  ASSERT_EQ(decoded->parts.size(), 2U);
  EXPECT_EQ(decoded->parts[1].object, Part(2).object);
  EXPECT_TRUE(decoded->parts[1].key.EqualTo(Part(2).key));
  EXPECT_EQ(decoded->parts[1].name, "IMG_2.jpg");
  EXPECT_EQ(decoded->parts[1].media_type, "image/jpeg");
  EXPECT_EQ(decoded->parts[1].size, 300'000U);
  EXPECT_EQ(decoded->parts[1].sha256, Part(2).sha256);
  EXPECT_EQ(decoded->parts[1].rotation, 90);
  const absl::StatusOr<Manifest> translation = DecodeManifest(Encoded(Translation()));
  EXPECT_EQ(translation->source, Translation().source);
  EXPECT_EQ(translation->certificate, Translation().certificate);
}

TEST(Manifest, EveryTruncationIsRefused) {
  const Bytes bytes = Encoded(Source());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(DecodeManifest(ByteView(bytes).first(size)).ok()) << size;
  }
}

TEST(Manifest, PaddingIsZerosUpToTheLimit) {
  Bytes bytes = Encoded(Source());
  bytes.resize(kManifestBytesMax);
  EXPECT_TRUE(DecodeManifest(bytes).ok());
  bytes.push_back(0);
  EXPECT_FALSE(DecodeManifest(bytes).ok());
  bytes.pop_back();
  bytes.back() = 1;
  EXPECT_FALSE(DecodeManifest(bytes).ok());
}

// What decodes has one encoding, whichever bit is flipped.
TEST(Manifest, EveryFlippedBitIsRefusedOrAnotherManifest) {
  const Bytes bytes = Encoded(Source());
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    Bytes flipped = bytes;
    flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ 1 << bit % 8);
    const absl::StatusOr<Manifest> decoded = DecodeManifest(flipped);
    if (!decoded.ok()) continue;
    EXPECT_EQ(Encoded(*decoded), flipped) << bit;
  }
}

TEST(Manifest, EveryLimitHasTwoSides) {
  ExpectAccepted([](Manifest& m) { m.title = std::string(kTitleBytesMax, 't'); });
  ExpectRefused("title", [](Manifest& m) { m.title = std::string(kTitleBytesMax + 1, 't'); });
  ExpectAccepted([](Manifest& m) { m.parts[0].name = std::string(255, 'n'); });
  ExpectRefused("name", [](Manifest& m) { m.parts[0].name = std::string(256, 'n'); });
  ExpectRefused("name", [](Manifest& m) { m.parts[0].name = std::string(300, 'n'); });
  ExpectRefused("name", [](Manifest& m) { m.parts[0].name = ""; });
  ExpectRefused("media_type", [](Manifest& m) { m.parts[0].media_type = ""; });
  ExpectRefused("media_type", [](Manifest& m) { m.parts[0].media_type = "image/\n"; });
  ExpectRefused("media_type", [](Manifest& m) { m.parts[0].media_type = std::string(128, 'a'); });
  ExpectRefused("size", [](Manifest& m) { m.parts[0].size = 0; });
  ExpectRefused("rotation", [](Manifest& m) { m.parts[0].rotation = 45; });
  ExpectRefused("rotation", [](Manifest& m) { m.parts[0].rotation = 360; });
  ExpectAccepted([](Manifest& m) { m.content_warnings.assign(8, std::string(64, 'w')); });
  ExpectRefused("content_warnings", [](Manifest& m) { m.content_warnings.assign(9, "w"); });
  ExpectRefused("content_warnings", [](Manifest& m) { m.content_warnings = {""}; });
  ExpectRefused("variety", [](Manifest& m) { m.variety = std::string(65, 'v'); });
  ExpectRefused("parts", [](Manifest& m) { m.parts.clear(); });
}

TEST(Manifest, HoldsTwoHundredPartsAndNotOneMore) {
  const auto with_parts = [](std::size_t count) {
    return [count](Manifest& m) {
      m.parts.clear();
      for (std::size_t i = 0; i < count; ++i) {
        ManifestPart part = Part(static_cast<std::uint8_t>(i % 128));
        part.object.bytes[1] = static_cast<std::uint8_t>(i / 128);
        part.key.ExposeMutable()[1] = static_cast<std::uint8_t>(0x80 + i / 128);
        part.name = std::string(255, 'n');
        part.media_type = std::string(127, 'm');
        m.parts.push_back(std::move(part));
      }
    };
  };
  ExpectAccepted(with_parts(200));
  ExpectRefused("parts", with_parts(201));
}

TEST(Manifest, RolesBindSourceAndCertificate) {
  ExpectRefused("role", [](Manifest& m) { m.role = 0; });
  ExpectRefused("role", [](Manifest& m) { m.role = 4; });
  ExpectRefused("source", [](Manifest& m) { m.source = Hash::Filled(1); });
  ExpectRefused("certificate", [](Manifest& m) { m.certificate = "I certify"; });
  ExpectRefused(
      "source", [](Manifest& m) { m.source = Hash{}; }, Translation());
  ExpectRefused(
      "certificate", [](Manifest& m) { m.certificate = std::string(16 * 1024 + 1, 'c'); },
      Translation());
  ExpectAccepted([](Manifest& m) { m.role = 3; });
}

// One key seals one object.
TEST(Manifest, PartsShareNeitherObjectNorKey) {
  ExpectRefused("parts", [](Manifest& m) { m.parts[1].object = m.parts[0].object; });
  ExpectRefused("parts", [](Manifest& m) { m.parts[1].key = m.parts[0].key.Duplicate(); });
}

TEST(Manifest, TextsAreUtf8WithoutZeroBytes) {
  for (const absl::string_view bad :
       {absl::string_view("\xff"), absl::string_view("\xc0\xaf"), absl::string_view("\xed\xa0\x80"),
        absl::string_view("\xf4\x90\x80\x80"), absl::string_view("\xe2\x82"),
        absl::string_view("a\0b", 3), absl::string_view("\x80")}) {
    EXPECT_FALSE(IsText(bad));
    ExpectRefused("name", [&](Manifest& m) { m.parts[0].name = std::string(bad); });
    ExpectRefused("title", [&](Manifest& m) { m.title = std::string(bad); });
  }
  // A terminal's business, not the format's.
  ExpectAccepted([](Manifest& m) { m.parts[0].name = "../../x\x1b[31m\xe2\x80\xae"; });
  ExpectAccepted([](Manifest& m) { m.title = "\xf0\x9f\x8f\xa0 K\xca\xbciche\xca\xbc"; });
}

TEST(Manifest, LanguagesAreTagsAndDatesAreDays) {
  for (const char* const tag : {"", "es", "ht", "quc", "zh-Hant-TW", "x-private"}) {
    ExpectAccepted([&](Manifest& m) { m.language = tag; });
  }
  for (const char* const tag : {"-", "es-", "e s", "abcdefghi", "\xc3\xa9"}) {
    ExpectRefused("language", [&](Manifest& m) { m.language = tag; });
  }
  ExpectRefused("language",
                [](Manifest& m) { m.language = "aa-aaaaaaaa-aaaaaaaa-aaaaaaaa-aaaaaaaa"; });
  for (const char* const date : {"2026-12-31", "2028-02-29", ""}) {
    ExpectAccepted([&](Manifest& m) { m.due_date = date; });
  }
  for (const char* const date : {"2026-02-29", "2026-13-01", "2026-00-10", "2026-04-31",
                                 "2026-1-01", "04/12/2026", "2026-12-4 ", "1900-02-29"}) {
    ExpectRefused("due_date", [&](Manifest& m) { m.due_date = date; });
  }
}

}  // namespace
}  // namespace amparo
