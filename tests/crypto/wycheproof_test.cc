// Project Wycheproof, for what we compose: each kernel that sees whole documents, and the
// functions around keys.

#include <gtest/gtest.h>

#include "crypto/aead.h"
#include "crypto/bulk_kernels.h"
#include "crypto/digest.h"
#include "crypto/signature.h"
#include "crypto/x25519.h"
#include "tests/crypto/vector_files.h"

namespace amparo {
namespace {

// Calls check(group, test) for every test of a file; nothing when the folder is absent.
template <class Check>
void ForEachTest(const std::string& file, const Check& check) {
  const std::string folder = ForeignVectors("wycheproof");
  if (folder.empty()) GTEST_SKIP() << "no vectors: wycheproof";
  const nlohmann::json vectors = ReadJson(folder + "/" + file);
  int tests = 0;
  for (const nlohmann::json& group : vectors["testGroups"]) {
    for (const nlohmann::json& test : group["tests"]) {
      SCOPED_TRACE(file + " " + std::to_string(test["tcId"].get<int>()) + ": " +
                   test["comment"].get<std::string>());
      check(group, test);
      ++tests;
    }
  }
  EXPECT_EQ(tests, vectors["numberOfTests"].get<int>());
}

template <std::size_t N>
Secret<N> SecretOf(const Bytes& bytes) {
  EXPECT_EQ(bytes.size(), N);
  return Secret<N>::CopyOf(ByteView(bytes).template first<N>());
}

class WycheproofKernels : public testing::TestWithParam<const BulkKernels*> {};

TEST_P(WycheproofKernels, ChaCha20Poly1305) {
  ForEachTest("chacha20_poly1305_test.json", [](const auto& group, const auto& test) {
    if (group["ivSize"] != 96) return;  // The interface takes no other nonce.
    const bool valid = test["result"] == "valid";
    const Bytes nonce = Hex(test["iv"]);
    const Bytes associated = Hex(test["aad"]);
    const Bytes message = Hex(test["msg"]);
    Bytes sealed = Hex(test["ct"]);
    AppendTo(sealed, Hex(test["tag"]));
    const Bytes key = Hex(test["key"]);
    const auto cipher = GetParam()->NewCipher(ByteView(key).template first<32>());
    Bytes opened(sealed.size() - kChunkTagSize, 0xaa);
    EXPECT_EQ(cipher->Open(ByteView(nonce).template first<12>(), associated, sealed, opened),
              valid);
    EXPECT_EQ(opened, valid ? message : Bytes(opened.size()));
    if (!valid) return;
    Bytes resealed(sealed.size());
    cipher->Seal(ByteView(nonce).template first<12>(), associated, message, resealed);
    EXPECT_EQ(resealed, sealed);
  });
}

// HMAC written over the kernel's SHA-256: proves the kernel on short and long inputs.
Hash HmacOver(const BulkKernels& kernels, Bytes key, ByteView message) {
  if (key.size() > 64) {
    const Hash hashed = kernels.Sha256({key});
    key.assign(hashed.bytes.begin(), hashed.bytes.end());
  }
  key.resize(64);
  Bytes inner = key;
  Bytes outer = key;
  for (std::uint8_t& byte : inner) byte ^= 0x36;
  for (std::uint8_t& byte : outer) byte ^= 0x5c;
  const auto pieces = kernels.NewHash();
  pieces->Update(inner);
  for (std::size_t i = 0; i < message.size(); i += 3) {
    pieces->Update(message.subspan(i, std::min<std::size_t>(3, message.size() - i)));
  }
  const Hash inner_hash = pieces->Finish();
  return kernels.Sha256({outer, inner_hash.view()});
}

bool HasTag(const Hash& mac, const Bytes& tag) {
  return EqualConstantTime(mac.view().first(tag.size()), tag);
}

TEST_P(WycheproofKernels, HmacSha256) {
  ForEachTest("hmac_sha256_test.json", [](const auto&, const auto& test) {
    const Hash mac = HmacOver(*GetParam(), Hex(test["key"]), Hex(test["msg"]));
    EXPECT_EQ(HasTag(mac, Hex(test["tag"])), test["result"] == "valid");
  });
}

INSTANTIATE_TEST_SUITE_P(Both, WycheproofKernels,
                         testing::Values(&LibcryptoKernels(), &SodiumKernels()),
                         [](const auto& kernels) { return kernels.param->name(); });

TEST(Wycheproof, HmacSha256) {
  ForEachTest("hmac_sha256_test.json", [](const auto&, const auto& test) {
    EXPECT_EQ(HasTag(HmacSha256(Hex(test["key"]), {Hex(test["msg"])}), Hex(test["tag"])),
              test["result"] == "valid");
  });
}

TEST(Wycheproof, HkdfSha256) {
  ForEachTest("hkdf_sha256_test.json", [](const auto&, const auto& test) {
    const std::size_t size = test["size"];
    if (size > 8160) {
      EXPECT_EQ(test["result"], "invalid");  // Beyond the precondition.
      return;
    }
    Bytes out(size);
    HkdfSha256(Hex(test["ikm"]), Hex(test["salt"]), Hex(test["info"]), out);
    EXPECT_EQ(out == Hex(test["okm"]), test["result"] == "valid");
  });
}

TEST(Wycheproof, X25519) {
  int refused = 0;
  ForEachTest("x25519_test.json", [&](const auto&, const auto& test) {
    Secret<32> shared;
    const bool ok = X25519SharedSecret(SecretOf<32>(Hex(test["private"])),
                                       *X25519Point::From(Hex(test["public"])), shared);
    const Bytes expected = Hex(test["shared"]);
    EXPECT_EQ(ok, expected != Bytes(32));
    if (ok) {
      EXPECT_TRUE(EqualConstantTime(shared.Expose(), expected));
    } else {
      EXPECT_EQ(test["result"], "acceptable");
      ++refused;
    }
  });
  EXPECT_EQ(refused, IsSkipped() ? 0 : 31);
}

TEST(Wycheproof, Ed25519) {
  ForEachTest("ed25519_test.json", [](const auto& group, const auto& test) {
    const auto key = VerifyKey::From(Hex(group["publicKey"]["pk"]));
    const auto signature = Signature::From(Hex(test["sig"]));
    const bool ok = signature && VerifySignature(*key, Hex(test["msg"]), *signature);
    EXPECT_EQ(ok, test["result"] == "valid");
  });
}

TEST(Wycheproof, XChaCha20Poly1305) {
  ForEachTest("xchacha20_poly1305_test.json", [](const auto& group, const auto& test) {
    if (group["ivSize"] != 192) return;
    Bytes sealed = Hex(test["iv"]);
    AppendTo(sealed, Hex(test["ct"]));
    AppendTo(sealed, Hex(test["tag"]));
    const absl::StatusOr<Bytes> opened =
        AeadOpen(SecretOf<32>(Hex(test["key"])), Hex(test["aad"]), sealed);
    ASSERT_EQ(opened.ok(), test["result"] == "valid");
    if (opened.ok()) {
      EXPECT_EQ(*opened, Hex(test["msg"]));
    }
  });
}

}  // namespace
}  // namespace amparo
