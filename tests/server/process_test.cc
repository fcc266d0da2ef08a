// What only the real amparod shows: its transport, its exit codes, its memory, its files.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netdb.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "absl/base/config.h"
#include "absl/strings/str_cat.h"
#include "audit/cosignature.h"
#include "grpcpp/generic/generic_stub.h"
#include "tests/server/amparod_process.h"
#include "tests/server/test_client.h"

namespace amparo::server::testing {
namespace {

// The quota of 128 MiB and some; AddressSanitizer holds back 256 MiB of freed memory besides.
#ifdef ABSL_HAVE_ADDRESS_SANITIZER
constexpr std::uint64_t kQuotaKib = 448 * 1024;
#else
constexpr std::uint64_t kQuotaKib = 192 * 1024;
#endif

// Whether a TLS handshake of this version succeeds.
bool Handshakes(const std::string& address, int version) {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_min_proto_version(context, version);
  SSL_CTX_set_max_proto_version(context, version);
  BIO* bio = BIO_new_ssl_connect(context);
  BIO_set_conn_hostname(bio, address.c_str());
  SSL* ssl = nullptr;
  BIO_get_ssl(bio, &ssl);
  const unsigned char alpn[] = {2, 'h', '2'};
  SSL_set_alpn_protos(ssl, alpn, sizeof alpn);
  const bool done = BIO_do_connect(bio) == 1;
  BIO_free_all(bio);
  SSL_CTX_free(context);
  return done;
}

TEST(Amparod, SpeaksTls13AndNothingOlder) {
  AmparodProcess server;
  server.Start();
  EXPECT_TRUE(Handshakes(server.address(), TLS1_3_VERSION));
  EXPECT_FALSE(Handshakes(server.address(), TLS1_2_VERSION));
  EXPECT_FALSE(Handshakes(server.address(), TLS1_1_VERSION));
}

TEST(Amparod, TakesAsManyDescriptorsAsItIsGiven) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit low = before;
  low.rlim_cur = 256;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  AmparodProcess server;
  server.Start();
  const auto [soft, hard] = server.DescriptorLimits();
  EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(soft, hard);
  EXPECT_NE(soft, "256");
}

TEST(Amparod, IsRefusedByAClientThatPinnedAnotherCertificate) {
  AmparodProcess server;
  AmparodProcess other;
  server.Start();
  TestClient client(server.address(), other.CertificatePem());
  grpc::ClientContext context;
  v1::HelloReply reply;
  EXPECT_EQ(client.stub().Hello(&context, {}, &reply).error_code(), grpc::StatusCode::UNAVAILABLE);
}

// 64 MiB of zeros are 64 KiB of gzip: were they inflated, the memory would show it.
TEST(Amparod, RefusesACompressedMessageBeforeItGrows) {
  AmparodProcess server;
  server.Start();
  TestClient client(server.address(), server.CertificatePem());
  v1::HelloReply hello;
  ASSERT_TRUE(client.stub().Hello(Context().get(), {}, &hello).ok());
  const std::uint64_t before = server.PeakKib();
  v1::Envelope bomb;
  bomb.set_body(std::string(64 << 20, '\0'));
  const auto context = Context();
  context->set_compression_algorithm(GRPC_COMPRESS_GZIP);
  v1::AppendReply reply;
  EXPECT_EQ(client.stub().Append(context.get(), bomb, &reply).error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_LT(server.PeakKib(), before + 32 * 1024);
}

// gRPC 1.51 collects a message before it looks at its size; the memory quota is what holds.
TEST(Amparod, RefusesAMessageOver2MiBWithinItsMemoryQuota) {
  AmparodProcess server;
  server.Start();
  TestClient client(server.address(), server.CertificatePem());
  v1::HelloReply hello;
  ASSERT_TRUE(client.stub().Hello(Context().get(), {}, &hello).ok());
  const std::uint64_t before = server.PeakKib();
  v1::Envelope large;
  large.set_body(std::string(512 << 20, 'x'));
  v1::AppendReply reply;
  EXPECT_EQ(client.stub().Append(Context().get(), large, &reply).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_LT(server.PeakKib(), before + kQuotaKib);
  EXPECT_TRUE(client.stub().Hello(Context().get(), {}, &hello).ok());
}

TEST(Amparod, KeepsEveryFileToItself) {
  AmparodProcess server;
  server.Start();
  server.MakeToken();
  EXPECT_EQ(server.Stop(SIGTERM), 0);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(server.data())) {
    struct stat state {};
    ASSERT_EQ(lstat(entry.path().c_str(), &state), 0);
    EXPECT_EQ(state.st_mode & 077, 0u) << entry.path();
  }
}

// Nobody restarts a server for a partner.
TEST(Amparod, TakesAndForgetsAWitnessWhileItRuns) {
  AmparodProcess server;
  server.Start();
  const FoundingToken token = server.MakeToken();
  const Policy policy = People::FirstPolicy(token.log_key);
  const OrgId org{HashOf(policy).bytes};
  TestClient client(server.address(), server.CertificatePem());
  v1::AppendReply reply;
  ASSERT_TRUE(client
                  .Found(token.token.view(), token.secret.Expose(),
                         People::FoundingStatement(policy), &reply)
                  .ok());
  const SigningKey key = KeyNamed("partner");
  const audit::Witness partner{.name = "witness.example", .key = key.verify_key()};
  const auto opens = [&] { return client.OpenSession(org, Hash{partner.key.bytes}, key).ok(); };
  const auto witness = [&](const std::string& verb, const std::string& argument) {
    return AmparodProcess::Run({"witness", verb, "--data", server.data(), ToHex(org), argument});
  };
  EXPECT_FALSE(opens());
  EXPECT_EQ(witness("add", "witness.example+00000000+AAAA"), 2);
  EXPECT_EQ(witness("add", audit::FormatWitness(partner)), 0);
  EXPECT_EQ(witness("add", audit::FormatWitness(partner)), 1);
  EXPECT_TRUE(opens());
  EXPECT_EQ(AmparodProcess::Run({"witness", "list", "--data", server.data(), ToHex(org)}), 0);
  EXPECT_EQ(AmparodProcess::Run({"witness", "list", "--data", server.data(), "no hex"}), 2);
  EXPECT_EQ(witness("remove", "somebody"), 1);
  EXPECT_EQ(witness("remove", partner.name), 0);
  EXPECT_FALSE(opens());
}

TEST(Amparod, NamesWhatIsWrongByItsExitCode) {
  AmparodProcess server;
  EXPECT_EQ(AmparodProcess::Run({"init", "--data", server.data()}), 3);
  EXPECT_EQ(AmparodProcess::Run({"serve", "--data", server.data() + "-absent"}), 3);
  EXPECT_EQ(AmparodProcess::Run({"serve"}), 2);
  EXPECT_EQ(AmparodProcess::Run({"--help"}), 0);
  EXPECT_EQ(AmparodProcess::Run({"serve", "--data", server.data(), "--listen", "203.0.113.1:1"}),
            1);
  server.Start();
  EXPECT_EQ(AmparodProcess::Run({"serve", "--data", server.data()}), 3);
}

}  // namespace
}  // namespace amparo::server::testing
