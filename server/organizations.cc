#include "server/organizations.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "crypto/aead.h"
#include "server/refusal.h"

namespace amparo::server {
namespace {

Bytes LogKeySetting(const OrgId& org) {
  Bytes key;
  AppendTo(key, AsBytes("log-key/"));
  AppendTo(key, org.view());
  return key;
}

absl::Status Named(const OrgId& org, const absl::Status& status) {
  return absl::Status(status.code(),
                      absl::StrCat("organisation ", ToHex(org), ": ", status.message()));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Organizations>> Organizations::Open(storage::Store* store,
                                                                   const Secret<32>* server_key,
                                                                   Clock clock, Opening opening,
                                                                   OrganizationLimits limits) {
  std::unique_ptr<Organizations> opened(
      new Organizations(store, server_key, std::move(clock), opening, limits));
  const auto listed = store->List();
  if (!listed.ok()) return listed.status();
  const std::lock_guard lock(opened->mutex_);
  for (const OrgId& org : *listed) {
    auto log_key = opened->LoadLogKey(org);
    if (!log_key.ok()) return Named(org, log_key.status());
    if (auto status = opened->OpenOne(org, *std::move(log_key)); !status.ok()) {
      return Named(org, status);
    }
  }
  return opened;
}

absl::StatusOr<SigningKey> Organizations::LoadLogKey(const OrgId& org) const {
  const Bytes setting = LogKeySetting(org);
  const auto sealed = store_->GetSetting(setting);
  if (!sealed.ok()) return sealed.status();
  if (!sealed->has_value()) return absl::DataLossError("its log key is gone");
  auto seed = AeadOpen(*server_key_, setting, **sealed);
  if (!seed.ok() || seed->size() != 32) {
    return absl::DataLossError("its log key does not open under this server key");
  }
  SigningKey key =
      SigningKey::FromSeed(Secret<32>::CopyOf(std::span<const std::uint8_t, 32>(*seed)));
  Wipe(*seed);
  return key;
}

absl::Status Organizations::OpenOne(const OrgId& org, SigningKey log_key) {
  const auto opened_storage = store_->Open(org);
  if (!opened_storage.ok()) return opened_storage.status();
  auto organization = Organization::Open({.org = org,
                                          .storage = *opened_storage,
                                          .log_key = std::move(log_key),
                                          .clock = clock_,
                                          .opening = opening_,
                                          .limits = limits_});
  if (!organization.ok()) return organization.status();
  organizations_[org] = *std::move(organization);
  return absl::OkStatus();
}

std::shared_ptr<Organization> Organizations::Find(const OrgId& org) const {
  const std::lock_guard lock(mutex_);
  const auto found = organizations_.find(org);
  return found == organizations_.end() ? nullptr : found->second;
}

absl::StatusOr<std::shared_ptr<Organization>> Organizations::Begin(const OrgId& org,
                                                                   SigningKey log_key) {
  const std::lock_guard lock(mutex_);
  const auto found = organizations_.find(org);
  if (found != organizations_.end()) return found->second;
  if (organizations_.size() >= kOrganizationsMax) {
    return Refuse(Reason::kServerBusy,
                  absl::StrCat("this server has ", kOrganizationsMax, " organisations already"));
  }
  const Bytes setting = LogKeySetting(org);
  const Bytes sealed = AeadSeal(*server_key_, setting, log_key.seed().Expose());
  if (auto status = store_->PutSetting(setting, sealed); !status.ok()) return status;
  if (auto status = OpenOne(org, std::move(log_key)); !status.ok()) return status;
  return organizations_[org];
}

std::vector<std::shared_ptr<Organization>> Organizations::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Organization>> all;
  for (const auto& [org, organization] : organizations_) all.push_back(organization);
  return all;
}

void Organizations::StopAll() {
  for (const auto& organization : all()) organization->Stop();
}

}  // namespace amparo::server
