#include "server/running_server.h"

#include <algorithm>
#include <utility>

namespace amparo::server {
namespace {

// By its hash or, for a member who has not seen it in the log yet, by its authentication key.
const directory::CertificateRecord* FindRecord(const directory::Directory& directory,
                                               const Hash& name) {
  const directory::CertificateRecord* record = directory.Find(name);
  if (record != nullptr) return record;
  for (const directory::CertificateRecord& other : directory.records()) {
    if (other.certificate.authentication.bytes == name.bytes) return &other;
  }
  return nullptr;
}

std::optional<KnownCertificate> FindWitness(const std::vector<audit::Witness>& witnesses,
                                            const Hash& name) {
  for (const audit::Witness& witness : witnesses) {
    if (witness.key.bytes != name.bytes) continue;
    return KnownCertificate{
        .hash = name, .member = {}, .authentication = witness.key, .is_witness = true};
  }
  return std::nullopt;
}

}  // namespace

CertificateLookup LookupIn(const Organizations* organizations, WitnessSource witnesses) {
  return [organizations, witnesses = std::move(witnesses)](
             const OrgId& org, const Hash& certificate) -> std::optional<KnownCertificate> {
    const auto organization = organizations->Find(org);
    if (organization == nullptr) return std::nullopt;
    const auto snapshot = organization->snapshot();
    const directory::CertificateRecord* record = FindRecord(*snapshot->directory, certificate);
    if (record == nullptr) return FindWitness(witnesses(org), certificate);
    directory::Moment moment = snapshot->directory->MomentAt(Position{snapshot->size().value});
    moment.now = std::max(moment.now, organization->now());
    if (!snapshot->directory->IsValid(*record, moment)) return std::nullopt;
    return KnownCertificate{.hash = record->hash,
                            .member = record->certificate.member,
                            .authentication = record->certificate.authentication};
  };
}

absl::StatusOr<std::unique_ptr<RunningServer>> RunningServer::Start(Options options) {
  std::unique_ptr<RunningServer> server(new RunningServer(std::move(options)));
  const Options& given = server->options_;
  const Settings& settings = given.identity.settings;
  auto organizations = Organizations::Open(given.store.get(), &given.identity.server_key,
                                           given.clock, Opening::kToServe,
                                           {.statements_per_day = settings.statements_per_day,
                                            .unnamed_bytes = settings.unnamed_uploads_gib << 30,
                                            .stored_bytes = settings.stored_gib << 30});
  if (!organizations.ok()) return organizations.status();
  server->organizations_ = *std::move(organizations);
  const WitnessSource witnesses = WitnessFiles(given.data.witnesses()).source();
  const auto key_hash = ServerKeyHash(given.identity.tls.certificate_pem);
  if (!key_hash.ok()) return key_hash.status();
  server->sessions_ = std::make_unique<Sessions>(
      Sessions::Options{.server_key_hash = *key_hash,
                        .lookup = LookupIn(server->organizations_.get(), witnesses),
                        .clock = given.steady});
  server->founding_ = std::make_unique<Founding>(given.data.tokens(), &given.identity.server_key,
                                                 server->organizations_.get(), given.clock);
  server->join_requests_ =
      std::make_unique<JoinRequests>(given.store.get(), server->organizations_.get());
  server->cosignatures_ = std::make_unique<Cosignatures>(given.store.get(), witnesses);
  server->streams_ = std::make_unique<Streams>(Streams::Limits{.watches = settings.watches,
                                                               .uploads = settings.uploads,
                                                               .downloads = settings.downloads},
                                               given.steady);
  server->disk_ = std::make_unique<DiskThreads>();
  server->service_ =
      std::make_unique<Service>(ServiceParts{.sessions = server->sessions_.get(),
                                             .organizations = server->organizations_.get(),
                                             .founding = server->founding_.get(),
                                             .join_requests = server->join_requests_.get(),
                                             .cosignatures = server->cosignatures_.get(),
                                             .streams = server->streams_.get(),
                                             .disk = server->disk_.get(),
                                             .log = given.log});
  auto listener = Listener::Start(settings, given.identity.tls, server->service_.get());
  if (!listener.ok()) return listener.status();
  server->listener_ = *std::move(listener);
  return server;
}

RunningServer::~RunningServer() { Stop(); }

void RunningServer::Stop() {
  if (listener_ == nullptr) return;
  streams_->Stop();
  listener_->Stop();
  organizations_->StopAll();
  listener_.reset();
}

}  // namespace amparo::server
