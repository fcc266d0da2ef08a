// What a certificate quotes of others: one line, wherever it comes from.

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "client/certificate.h"
#include "client/drafting.h"
#include "crypto/manifest.h"

namespace amparo::client {
namespace {

// Title and variety are the submitter's, the certificate is the translator's.
TEST(ALineOfACertificate, IsOneLineThatShowsAsItIsStored) {
  for (const absl::string_view bad : {"a\nb", "a\rb", "a\tb", "\x1b[2J", "\x7f", "\xc2\x85",
                                      "a\xe2\x80\xa8"
                                      "b",
                                      "\xe2\x80\xae"
                                      "fdp",
                                      "\xe2\x81\xa6x", "\xd8\x9c", "\xe2\x80\x8f"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(CheckOneLine("the title", bad)));
    Manifest manifest;
    manifest.role = 1;
    manifest.parts.emplace_back();
    manifest.parts[0].name = "a.txt";
    manifest.parts[0].media_type = "text/plain";
    manifest.parts[0].size = 1;
    ASSERT_TRUE(EncodeManifest(manifest).ok());
    manifest.title = std::string(bad);
    EXPECT_TRUE(absl::IsInvalidArgument(EncodeManifest(manifest).status()));
    std::swap(manifest.title, manifest.variety);
    EXPECT_TRUE(absl::IsInvalidArgument(EncodeManifest(manifest).status()));
    CertificateDraft draft{.legal_name = "Ana Mateo",
                           .address = "12 Oak Street",
                           .telephone = "+1 520 555 0100",
                           .language = "mam",
                           .variety = {},
                           .date = "2026-11-21"};
    ASSERT_TRUE(CheckCertificateDraft(draft).ok());
    draft.variety = std::string(bad);
    EXPECT_TRUE(absl::IsInvalidArgument(CheckCertificateDraft(draft)));
  }
  for (const absl::string_view good :
       {"", "S\xc3\xa8tifika nesans", "\xe2\x80\x9cquoted\xe2\x80\x9d",
        "\xd8\xb4\xd9\x87\xd8\xa7"}) {
    EXPECT_TRUE(CheckOneLine("the title", good).ok()) << good;
  }
}

}  // namespace
}  // namespace amparo::client
