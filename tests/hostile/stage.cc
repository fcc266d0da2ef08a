#include "tests/hostile/stage.h"

#include <cassert>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <iostream>
#include <utility>

#include "client/statement_author.h"
#include "server/founding_tokens.h"
#include "server/refusal.h"
#include "server/tls_certificate.h"
#include "tests/support/engine_connection.h"

namespace amparo::testing {
namespace {

template <class T>
T MustHave(absl::StatusOr<T> result) {
  if (!result.ok()) {
    std::cerr << "the stage: " << result.status() << "\n";
    std::abort();
  }
  return *std::move(result);
}

absl::Status Translated(const absl::Status& status) {
  const auto detail = server::DetailOf(status);
  absl::Status out(status.code(), status.message());
  if (detail.has_value()) {
    client::AttachDetail(
        out, {.reason = detail->reason, .head = detail->head, .next_number = detail->next_number});
  }
  return out;
}

}  // namespace

Stage::Stage(const std::string& directory)
    : directory_(directory), store_(storage::OpenMemoryStore()), server_key_(Secret<32>::Random()) {
  std::filesystem::create_directories(directory_);
  endpoint_ = {.address = "127.0.0.1:1",
               .certificate_pem = MustHave(server::MakeTlsCertificate()).certificate_pem};
  const server::MadeToken made =
      server::MakeToken(endpoint_.address, endpoint_.certificate_pem, client::SystemNow());
  if (!server::KeepToken(directory_, server_key_, made.kept).ok()) std::abort();
  const SecretBuffer text = MustHave(FormatFoundingToken(made.given));
  token_ = std::string(AsText(text.Expose()));
}

void Stage::Open(const std::string& directory) {
  const std::string copy = directory + "/tokens";
  std::filesystem::remove_all(copy);
  std::filesystem::copy(directory_, copy, std::filesystem::copy_options::recursive);
  organizations_ =
      MustHave(server::Organizations::Open(store_.get(), &server_key_, client::SystemNow));
  founding_ = std::make_unique<server::Founding>(copy, &server_key_, organizations_.get(),
                                                 client::SystemNow);
  join_requests_ = std::make_unique<server::JoinRequests>(store_.get(), organizations_.get());
  cosignatures_ = std::make_unique<server::Cosignatures>(
      store_.get(), [](const OrgId&) { return std::vector<audit::Witness>(); });
}

void Stage::Close() {
  cosignatures_.reset();
  join_requests_.reset();
  founding_.reset();
  if (organizations_ != nullptr) organizations_->StopAll();
  organizations_.reset();
}

server::Organization* Stage::organization() const {
  const auto all = organizations_->all();
  return all.empty() ? nullptr : all.front().get();
}

absl::StatusOr<client::AppendReply> Stage::Found(ByteView id, ByteView secret, ByteView policy) {
  std::promise<absl::StatusOr<server::Appended>> promise;
  auto answer = promise.get_future();
  founding_->Found(id, secret, Bytes(policy.begin(), policy.end()),
                   [&promise](absl::StatusOr<server::Appended> appended) {
                     promise.set_value(std::move(appended));
                   });
  const absl::StatusOr<server::Appended> appended = answer.get();
  if (!appended.ok()) return Translated(appended.status());
  return client::AppendReply{.position = appended->position, .checkpoint = appended->checkpoint};
}

absl::Status Stage::Join(const OrgId& org, const InviteId& invite, ByteView ticket,
                         ByteView request) {
  return Translated(join_requests_->Leave(org, invite, ticket, request));
}

// As sessions do: a certificate's hash, or the authentication key in its place.
const directory::CertificateRecord* Stage::FindCertificate(const client::SessionKeys& keys) const {
  const server::Organization* organization = this->organization();
  if (organization == nullptr || organization->id() != keys.org) return nullptr;
  const auto snapshot = organization->snapshot();
  for (const auto& record : snapshot->directory->records()) {
    const VerifyKey& key = record.certificate.authentication;
    if (key != keys.authentication->verify_key()) continue;
    if (keys.certificate != record.hash && keys.certificate.bytes != key.bytes) continue;
    if (!record.revoked_at.has_value()) return &record;
  }
  return nullptr;
}

absl::StatusOr<std::unique_ptr<client::Connection>> Stage::Connect(
    const client::SessionKeys& keys) {
  const auto* record = FindCertificate(keys);
  if (record == nullptr) return absl::UnauthenticatedError("unknown, revoked or badly signed");
  auto connection = ConnectTo(*organization(), cosignatures_.get());
  client::SessionKeys known = keys;
  known.certificate = record->hash;
  connection->UseSession(known);
  return connection;
}

absl::StatusOr<std::vector<Bytes>> Stage::Pending(const client::SessionKeys& keys) {
  if (FindCertificate(keys) == nullptr) return absl::UnauthenticatedError("unknown or revoked");
  return join_requests_->Pending(*organization());
}

}  // namespace amparo::testing
