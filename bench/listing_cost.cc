// What a coordinator waits for who sees many documents: a real amparod, and the real amparo from
// the unlocked identity on, whole commands. Each document has a manifest that its reader opens; its
// part is shorter than the format's least, so that a card is refused in the end and stays without a
// title, after all that leads there was done. Then the server's restart, by SIGTERM and by SIGKILL,
// until it has answered a session.
//
//   TMPDIR=/var/tmp listing_cost [DOCUMENTS [ROUNDS]]

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/crowd.h"
#include "bench/rounds.h"
#include "client/membership.h"
#include "client/names.h"
#include "crypto/digest.h"
#include "crypto/grant.h"
#include "crypto/manifest.h"
#include "crypto/padding.h"
#include "crypto/sealed_object.h"

namespace amparo::bench {
namespace {

using namespace server::testing;
using Time = std::chrono::steady_clock;

constexpr int kWriters = 8;
constexpr int kDocumentsDefault = 1'000;
constexpr int kRoundsDefault = 3;
constexpr int kDocumentsPerCase = 500;
constexpr int kNewDocuments = 8;  // Before each synchronisation.
constexpr std::uint64_t kYear_s = 365 * 24 * 3600;
constexpr char kReader[] = "reader";
constexpr char kPassphrase[] = "correct horse battery staple";

[[noreturn]] void Stop(const std::string& what) {
  std::fprintf(stderr, "listing_cost: %s\n", what.c_str());
  std::exit(1);
}

double SecondsSince(Time::time_point start) {
  return std::chrono::duration<double>(Time::now() - start).count();
}

UnixSeconds InAYear() {
  return UnixSeconds{static_cast<std::uint64_t>(std::time(nullptr)) + kYear_s};
}

// A coordinator whose identity this program has, enrolled as everybody else.
struct Reader {
  explicit Reader(Crowd& crowd) : identity(Identity::Generate()) {
    certificate = Organisation::CertificateFor(kReader, RolesOf({Role::kCoordinator}), {1});
    certificate.recipient = identity.recipient();
    certificate.expiry = InAYear();
    Invite invite;
    invite.invite = certificate.invite;
    invite.roles = certificate.roles;
    invite.desks = certificate.desks;
    invite.expiry = InAYear();
    const auto say = [&](const char* who, const Act& act) {
      crowd.Say(who, {.act = act, .objects = {}, .grants = {}}, {});
    };
    say("ria", invite);
    say("ria", Certify{.certificate = certificate});
    say("rob", Endorse{.certificate = HashOf(certificate)});
  }
  Identity identity;
  Certificate certificate;
};

MadeObject ManifestOf(const FileKey& key, const SubjectId& document, const SubjectId& case_id,
                      const MemberId& author, const MadeObject& part) {
  Manifest manifest;
  manifest.case_id.bytes = case_id.bytes;
  manifest.document.bytes = document.bytes;
  manifest.author.bytes = author.bytes;
  manifest.version = 1;
  manifest.role = 1;
  manifest.title = "Declaracion jurada";
  manifest.parts.push_back({.object = part.ref.object,
                            .key = FileKey::Random(),
                            .name = "declaracion.pdf",
                            .media_type = "application/pdf",
                            .size = 1,
                            .sha256 = Hash()});
  const auto text = EncodeManifest(manifest);
  if (!text.ok()) Stop(text.status().ToString());
  MadeObject made;
  made.payload = SealSmall(key, text->Expose(), PaddedSmallLength(text->size()));
  made.ref.object = RandomId<ObjectId>();
  made.ref.object_class = ObjectClass::kManifest;
  made.ref.commitment = CommitTo(key, made.ref.object);
  made.ref.payload_length = made.payload.size();
  made.ref.payload_sha256 = Sha256(made.payload);
  return made;
}

GrantRef RefOf(const Bytes& grant, const ObjectId& object, const Certificate& certificate) {
  return {.object = object,
          .grantee = certificate.member,
          .grantee_certificate = HashOf(certificate),
          .length = static_cast<std::uint16_t>(grant.size()),
          .sha256 = Sha256(grant)};
}

// One of those who submit, each over a connection and to cases of its own.
class Writer {
 public:
  Writer(Crowd& crowd, const Reader& reader, int number)
      : crowd_(crowd), reader_(reader), number_(number) {
    Connect();
  }
  void Connect() {
    client_ =
        std::make_unique<TestClient>(crowd_.server().address(), crowd_.server().CertificatePem());
    const auto opened = client_->OpenSession(crowd_.org(), Crowd::NameOf(number_));
    if (!opened.ok()) Stop(opened.error_message());
  }
  void Submit(int documents) {
    for (int i = 0; i < documents; ++i) SubmitOne();
  }

 private:
  void Append(server::AppendInput input) {
    v1::AppendReply reply;
    const auto status = client_->Append(input, &reply);
    if (!status.ok()) Stop(status.error_message());
  }
  void SubmitOne() {
    if (in_case_ % kDocumentsPerCase == 0) {
      case_ = RandomId<SubjectId>();
      const amparo::OpenCase open{.desk = 1, .deliver_on_approval = 1};
      const Body body{.act = open, .objects = {}, .grants = {}};
      Append({.statement = crowd_.Sign(number_, {.subject = case_, .prev = {}}, body).bytes,
              .grants = {},
              .objects = {}});
      in_case_ = 0;
    }
    const auto document = RandomId<SubjectId>();
    const FileKey key = FileKey::Random();
    const MadeObject part = ObjectNamed(ToHex(document), ObjectClass::kPart);
    const Certificate author = People::CertificateOf(Crowd::NameOf(number_));
    const MadeObject manifest = ManifestOf(key, document, case_, author.member, part);
    const auto grant = MakeGrant(key, reader_.certificate.recipient);
    if (!grant.ok()) Stop(grant.status().ToString());
    const GrantRef ref = RefOf(*grant, manifest.ref.object, reader_.certificate);
    const amparo::Submit submit{.case_id = case_,
                                .desk = 1,
                                .deliver_on_approval = 1,
                                .number = static_cast<std::uint16_t>(++in_case_),
                                .version = 1};
    const Body body{.act = submit, .objects = {manifest.ref, part.ref}, .grants = {ref}};
    const SignedStatement said = crowd_.Sign(number_, {.subject = document, .prev = {}}, body);
    Append({.statement = said.bytes,
            .grants = {{.object = ref.object, .grantee = ref.grantee, .grant = *grant}},
            .objects = {{.object = manifest.ref.object, .payload = manifest.payload},
                        {.object = part.ref.object, .payload = part.payload}}});
  }

  Crowd& crowd_;
  const Reader& reader_;
  const int number_;
  std::unique_ptr<TestClient> client_;
  SubjectId case_;
  int in_case_ = 0;
};

// The reader's home, and what is typed there.
class Desk {
 public:
  Desk(Crowd& crowd, const Reader& reader, std::string folder) : folder_(std::move(folder)) {
    KeyBundle keys{.identity = reader.identity.Duplicate(),
                   .signing = KeyNamed(kReader),
                   .authentication = KeyNamed(absl::StrCat(kReader, ", authentication")),
                   .home = Secret<32>::Random()};
    const MemberId& member = reader.certificate.member;
    auto home = client::Home::Create(folder_,
                                     {.kind = "member",
                                      .address = crowd.server().address(),
                                      .member_code = client::MemberCode(member),
                                      .documents_waiting = 0},
                                     keys, AsBytes(kPassphrase));
    if (!home.ok()) Stop(home.status().ToString());
    client::Membership membership;
    membership.org = crowd.org();
    membership.log_key = crowd.log_key();
    membership.server = {.address = crowd.server().address(),
                         .certificate_pem = crowd.server().CertificatePem()};
    membership.member = member;
    membership.certificate = HashOf(reader.certificate);
    membership.invite = reader.certificate.invite;
    const auto written = client::WriteMembership(*home, *keys.home, membership);
    if (!written.ok()) Stop(written.ToString());
  }
  ~Desk() { Run("lock"); }
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  void Unlock() {
    const std::string file = folder_ + "/../passphrase";
    std::ofstream(file) << kPassphrase << "\n";
    Run(absl::StrCat("--passphrase-file ", file, " unlock --for 4h"));
  }
  // Seconds.
  double Run(const std::string& verb) {
    const std::string command = absl::StrCat(AMPARO_AMPARO, " --home ", folder_, " --yes ", verb,
                                             " >", folder_, "/../said");
    const auto start = Time::now();
    if (std::system(command.c_str()) != 0) Stop(absl::StrCat("amparo ", verb, " failed"));
    return SecondsSince(start);
  }
  // Lines that the last verb wrote.
  int LinesSaid() const {
    const std::string said = ReadWholeFile(folder_ + "/../said");
    return static_cast<int>(std::count(said.begin(), said.end(), '\n'));
  }

 private:
  const std::string folder_;
};

class Measurement {
 public:
  void Add(const std::string& what, double seconds) {
    for (auto& [name, values] : all_) {
      if (name == what) return values.push_back(seconds);
    }
    all_.push_back({what, {seconds}});
  }
  void PrintAll() const {
    PrintHead();
    for (const auto& [what, values] : all_) Print(what, SpreadOf(values), "s");
  }

 private:
  std::vector<std::pair<std::string, std::vector<double>>> all_;
};

void SubmitAtOnce(std::vector<Writer>& writers, int documents) {
  std::vector<std::thread> threads;
  for (Writer& writer : writers) {
    threads.emplace_back([&writer, documents] { writer.Submit(documents / kWriters); });
  }
  for (std::thread& thread : threads) thread.join();
}

// Seconds from the start of the process to the answer of a session.
double Restart(Crowd& crowd, int signal) {
  crowd.server().Stop(signal);
  const auto start = Time::now();
  crowd.server().Start();
  TestClient client(crowd.server().address(), crowd.server().CertificatePem());
  const auto opened = client.OpenSession(crowd.org(), Crowd::NameOf(0));
  if (!opened.ok()) Stop(opened.error_message());
  return SecondsSince(start);
}

int Main(int documents, int rounds) {
  Crowd crowd(kWriters, /*members=*/0);
  const Reader reader(crowd);
  std::vector<Writer> writers;
  for (int i = 0; i < kWriters; ++i) writers.emplace_back(crowd, reader, i);
  const auto start = Time::now();
  SubmitAtOnce(writers, documents);
  std::fprintf(stderr, "  %d documents made in %.0f s\n", documents, SecondsSince(start));
  const std::string folder = std::filesystem::path(crowd.server().data()).parent_path().string();
  Desk desk(crowd, reader, folder + "/home");
  desk.Unlock();
  Measurement measured;
  measured.Add("amparo sync, the first", desk.Run("sync"));
  measured.Add("amparo inbox, the first", desk.Run("inbox"));
  for (int round = 0; round < rounds; ++round) {
    SubmitAtOnce(writers, kNewDocuments);
    measured.Add("amparo sync, 8 documents are new", desk.Run("sync"));
    measured.Add("amparo inbox", desk.Run("inbox"));
    if (desk.LinesSaid() < documents) Stop("the inbox does not show every document");
    measured.Add("amparo case list", desk.Run("case list"));
    measured.Add("amparo whoami", desk.Run("whoami"));
  }
  for (int round = 0; round < rounds; ++round) {
    measured.Add("amparod started after SIGTERM, until it answers", Restart(crowd, SIGTERM));
    measured.Add("amparod started after SIGKILL, until it answers", Restart(crowd, SIGKILL));
  }
  measured.PrintAll();
  return 0;
}

}  // namespace
}  // namespace amparo::bench

int main(int argc, char** argv) {
  const auto number = [&](int i, int otherwise) {
    return argc > i ? std::atoi(argv[i]) : otherwise;
  };
  return amparo::bench::Main(number(1, amparo::bench::kDocumentsDefault),
                             number(2, amparo::bench::kRoundsDefault));
}
