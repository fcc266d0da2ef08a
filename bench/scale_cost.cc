// What a transition costs as work grows: two organisations on RocksDB, one with 1,000 documents
// and one with a million, built in this process through the engine, statement by statement. In
// turns, 16 clients assign documents that nobody has touched since they were submitted, drawn from
// all over; so a document's state has to be found and replayed. Then both organisations are closed
// and opened again, and last their databases, the large one with blobs besides.
//
//   TMPDIR=/var/tmp scale_cost [DOCUMENTS_OF_THE_LARGE [ROUNDS [TURNS [MIB_OF_BLOBS]]]]

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/rounds.h"
#include "crypto/digest.h"
#include "crypto/secret.h"
#include "server/organization.h"
#include "storage/store.h"
#include "tests/server/scene.h"

namespace amparo::bench {
namespace {

using namespace server::testing;
using Time = std::chrono::steady_clock;

constexpr int kClients = 16;
constexpr int kSmall = 1'000;
constexpr int kLargeDefault = 1'000'000;
constexpr int kRoundsDefault = 5;
constexpr int kTurnsDefault = 800;
constexpr int kDocumentsPerCase = 500;
constexpr int kWaitingMax = 512;  // For the writer, while documents are made.
constexpr int kMibOfBlob = 64;

[[noreturn]] void Stop(const absl::Status& status) {
  std::fprintf(stderr, "scale_cost: %s\n", status.ToString().c_str());
  std::exit(1);
}

double SecondsSince(Time::time_point start) {
  return std::chrono::duration<double>(Time::now() - start).count();
}

std::unique_ptr<storage::Store> OpenStore(const std::string& folder) {
  auto store = storage::OpenRocksdbStore({.directory = folder});
  if (!store.ok()) Stop(store.status());
  return *std::move(store);
}

// Until what the databases do by themselves is done (compaction): half a second of next to no
// work. What was left behind by making a million documents at once is not a turn's.
void AwaitQuiet() {
  for (std::clock_t before = std::clock();;) {
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    const std::clock_t now = std::clock();
    if (now - before < CLOCKS_PER_SEC / 100) return;
    before = now;
  }
}

// An organisation and its documents, each untouched until it is drawn.
class World {
 public:
  // `salt`: as tests/server/people.h knows it, "" or " of the other".
  World(const std::string& folder, const std::string& salt)
      : store_(OpenStore(folder)), scene_(store_.get(), salt) {
    for (int i = 0; i < kClients; ++i) {
      scene_.people().Enrol(NameOf(i), RolesOf({Role::kCoordinator}), {1},
                            [&](const char* who, const Act& act) { scene_.Must(who, act); });
    }
  }

  // Documents by fay, in cases of kDocumentsPerCase, many waiting for the writer at once.
  void Grow(int documents) {
    for (int i = 0; i < documents; ++i) {
      if (made_ % kDocumentsPerCase == 0) {
        Await(0);
        case_ = absl::StrCat("case ", made_ / kDocumentsPerCase);
        scene_.Must("fay", amparo::OpenCase{.desk = 1, .deliver_on_approval = 1},
                    {.subject = Scene::SubjectNamed(case_), .prev = {}});
      }
      Await(kWaitingMax);
      SubmitOne();
    }
    Await(0);
  }
  int made() const { return made_; }
  std::size_t size() { return scene_.organization().snapshot()->size().value; }

  // Assignments of `count` untouched documents, by kClients at once. Seconds for each.
  double Turns(int count) {
    std::vector<std::vector<server::AppendInput>> inputs(kClients);
    for (int i = 0; i < count; ++i) {
      inputs[static_cast<std::size_t>(i % kClients)].push_back(AssignAnyBy(NameOf(i % kClients)));
    }
    const auto start = Time::now();
    std::vector<std::thread> clients;
    for (auto& own : inputs) {
      clients.emplace_back([&] {
        for (server::AppendInput& input : own) {
          if (const auto answer = scene_.Answer(std::move(input)); !answer.ok()) {
            Stop(answer.status());
          }
        }
      });
    }
    for (std::thread& client : clients) client.join();
    return SecondsSince(start) / count;
  }

  // Blobs of kMibOfBlob each, of the same bytes: only that they lie there matters.
  void FillBlobs(int mib) {
    Bytes content(std::size_t{kMibOfBlob} << 20);
    FillRandom(content);
    const Hash sha256 = Sha256(content);
    for (int done = 0; done < mib; done += kMibOfBlob) {
      auto writer =
          scene_.storage().blobs->BeginWrite(RandomId<ObjectId>(), content.size(), UnixSeconds{1});
      if (!writer.ok()) Stop(writer.status());
      if (const auto status = (*writer)->Write(content); !status.ok()) Stop(status);
      if (const auto status = (*writer)->Seal(sha256); !status.ok()) Stop(status);
    }
  }

  double Restart() {
    const auto start = Time::now();
    if (const absl::Status status = scene_.Reopen(); !status.ok()) Stop(status);
    return SecondsSince(start);
  }

 private:
  struct Untouched {
    int number = 0;
    Hash submitted;
  };

  void Await(int most) {
    std::unique_lock lock(mutex_);
    fewer_.wait(lock, [&] { return waiting_ <= most; });
  }
  void SubmitOne() {
    const int number = made_++;
    server::AppendInput input = Submitting(number);
    auto submission = server::Prepare(std::move(input));
    if (!submission.ok()) Stop(submission.status());
    untouched_.push_back({.number = number, .submitted = submission->hash});
    {
      const std::lock_guard lock(mutex_);
      ++waiting_;
    }
    scene_.organization().Submit(*std::move(submission), [this](const auto& appended) {
      if (!appended.ok()) Stop(appended.status());
      const std::lock_guard lock(mutex_);
      --waiting_;
      fewer_.notify_one();
    });
  }
  static MadeObject ManifestOf(int number) {
    return ObjectNamed(absl::StrCat("manifest ", number), ObjectClass::kManifest);
  }
  server::AppendInput Submitting(int number) {
    const MadeObject manifest = ManifestOf(number);
    const MadeObject part = ObjectNamed(absl::StrCat("part ", number), ObjectClass::kPart);
    const Submit act{.case_id = Scene::SubjectNamed(case_),
                     .desk = 1,
                     .deliver_on_approval = 1,
                     .number = static_cast<std::uint16_t>(number % kDocumentsPerCase + 1),
                     .version = 1};
    return scene_.Compose("fay", act, {.subject = DocumentOf(number), .prev = {}}, {manifest, part},
                          {GrantNamed(manifest.ref.object, People::CertificateOf("cleo")),
                           GrantNamed(manifest.ref.object, People::CertificateOf("carl"))});
  }
  server::AppendInput AssignAnyBy(const std::string& coordinator) {
    std::swap(untouched_[random_() % untouched_.size()], untouched_.back());
    const Untouched drawn = untouched_.back();
    untouched_.pop_back();
    const ObjectId manifest = ManifestOf(drawn.number).ref.object;
    return scene_.Compose(coordinator, scene_.AssignTo("tina"),
                          {.subject = DocumentOf(drawn.number), .prev = drawn.submitted}, {},
                          {GrantNamed(manifest, People::CertificateOf("tina")),
                           GrantNamed(manifest, People::CertificateOf("rita"))});
  }
  static std::string NameOf(int client) { return absl::StrCat("coordinator ", client); }
  static SubjectId DocumentOf(int number) {
    return Scene::SubjectNamed(absl::StrCat("document ", number));
  }

  std::unique_ptr<storage::Store> store_;
  Scene scene_;
  std::string case_;
  int made_ = 0;
  std::vector<Untouched> untouched_;
  std::mt19937_64 random_{7};
  std::mutex mutex_;  // Guards waiting_.
  std::condition_variable fewer_;
  int waiting_ = 0;
};

constexpr char kSaltOfLarge[] = " of the other";

// Of nobody else at the moment. Seconds until the organisation's part may be read.
double OpenDatabase(const std::string& folder, const std::string& salt) {
  const VerifyKey log_key = KeyNamed(absl::StrCat("log", salt)).verify_key();
  const OrgId org{HashOf(People::FirstPolicy(log_key, salt)).bytes};
  const auto start = Time::now();
  const std::unique_ptr<storage::Store> store = OpenStore(folder);
  const auto opened = store->Open(org);
  if (!opened.ok()) Stop(opened.status());
  const double seconds = SecondsSince(start);
  const auto organisations = store->List();
  if (!organisations.ok() || *organisations != std::vector<OrgId>{org}) {
    Stop(absl::InternalError(folder + " holds another organisation"));
  }
  return seconds;
}

void MeasureOpening(const std::string& folder, int rounds) {
  std::vector<double> small, large;
  for (int round = 0; round < rounds; ++round) {
    small.push_back(OpenDatabase(folder + "/small", ""));
    large.push_back(OpenDatabase(folder + "/large", kSaltOfLarge));
  }
  Print("opening the database with 1,000 documents", SpreadOf(small), "s");
  Print("opening the database with many documents", SpreadOf(large), "s");
}

void MeasureTurns(const std::string& folder, int large_size, int rounds, int turns, int blobs_mib) {
  World small(folder + "/small", "");
  World large(folder + "/large", kSaltOfLarge);
  const auto start = Time::now();
  large.Grow(large_size);
  std::printf("%d documents, %zu leaves, made in %.0f s\n", large.made(), large.size(),
              SecondsSince(start));
  std::vector<double> of_small, of_large, small_restart, large_restart;
  small.Grow(kSmall);
  AwaitQuiet();
  for (int round = 0; round < rounds; ++round) {
    of_small.push_back(1e6 * small.Turns(turns));
    of_large.push_back(1e6 * large.Turns(turns));
    small.Grow(turns);  // As many untouched as before.
  }
  for (int round = 0; round < rounds; ++round) {
    small_restart.push_back(small.Restart());
    large_restart.push_back(large.Restart());
  }
  const auto start_of_blobs = Time::now();
  large.FillBlobs(blobs_mib);
  std::printf("%d MiB of blobs, made in %.0f s\n", blobs_mib, SecondsSince(start_of_blobs));
  PrintHead();
  Print("a transition with 1,000 documents", SpreadOf(of_small), "us");
  Print("a transition with many documents", SpreadOf(of_large), "us");
  Print("ratio: many over 1,000", RatiosOf(of_large, of_small), "");
  Print("restart with 1,000 documents", SpreadOf(small_restart), "s");
  Print("restart with many documents", SpreadOf(large_restart), "s");
}

}  // namespace
}  // namespace amparo::bench

int main(int argc, char** argv) {
  const auto number = [&](int i, int otherwise) {
    return argc > i ? std::atoi(argv[i]) : otherwise;
  };
  const auto folder = std::filesystem::temp_directory_path() / "amparo-scale-cost";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  const int rounds = number(2, amparo::bench::kRoundsDefault);
  amparo::bench::MeasureTurns(folder.string(), number(1, amparo::bench::kLargeDefault), rounds,
                              number(3, amparo::bench::kTurnsDefault), number(4, 0));
  amparo::bench::MeasureOpening(folder.string(), rounds);
  std::filesystem::remove_all(folder);
  return 0;
}
