// A load of unary calls: many clients, each with one call under way, driven by two threads, as
// pgbench drives its clients with `-j 2`. A thread for each client would cost the machine more than
// the calls do.
//
// Thread safety: one load at a time.

#ifndef AMPARO_BENCH_CALLS_H_
#define AMPARO_BENCH_CALLS_H_

#include <grpcpp/grpcpp.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <thread>
#include <vector>

namespace amparo::bench {

inline constexpr std::size_t kCallThreads = 2;

// One client. Its methods are called from one thread.
template <class Reply>
class Caller {
 public:
  using Call = std::unique_ptr<grpc::ClientAsyncResponseReader<Reply>>;
  virtual ~Caller() = default;
  // The stub's Async... method; `context` and `queue` outlive the call.
  virtual Call Begin(grpc::ClientContext& context, grpc::CompletionQueue& queue) = 0;
  virtual void End(const grpc::Status& status, const Reply& reply) = 0;
};

template <class Reply>
class CallsOfOneThread {
 public:
  using Time = std::chrono::steady_clock;
  CallsOfOneThread(std::span<Caller<Reply>* const> callers, Time::time_point end)
      : slots_(callers.size()), end_(end) {
    for (std::size_t i = 0; i < callers.size(); ++i) slots_[i].caller = callers[i];
  }

  // Until each caller's last call is answered. How many calls were.
  int Run() {
    for (Slot& slot : slots_) Begin(slot);
    void* tag = nullptr;
    bool is_ok = false;
    while (under_way_ > 0 && queue_.Next(&tag, &is_ok)) {
      Slot& slot = *static_cast<Slot*>(tag);
      --under_way_;
      ++done_;
      slot.caller->End(slot.status, slot.reply);
      if (Time::now() < end_) Begin(slot);
    }
    queue_.Shutdown();
    while (queue_.Next(&tag, &is_ok)) {
    }
    return done_;
  }

 private:
  struct Slot {
    Caller<Reply>* caller = nullptr;
    std::unique_ptr<grpc::ClientContext> context;
    typename Caller<Reply>::Call call;
    grpc::Status status;
    Reply reply;
  };

  void Begin(Slot& slot) {
    slot.call.reset();  // Lives in the arena of the context's call.
    slot.context = std::make_unique<grpc::ClientContext>();
    slot.context->set_wait_for_ready(true);
    slot.context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    slot.call = slot.caller->Begin(*slot.context, queue_);
    slot.call->Finish(&slot.reply, &slot.status, &slot);
    ++under_way_;
  }

  grpc::CompletionQueue queue_;
  std::vector<Slot> slots_;
  const Time::time_point end_;
  int under_way_ = 0;
  int done_ = 0;
};

template <class Reply>
double CallsPerSecond(std::span<Caller<Reply>* const> callers, double seconds) {
  using Time = std::chrono::steady_clock;
  const auto start = Time::now();
  const auto end =
      start + std::chrono::duration_cast<Time::duration>(std::chrono::duration<double>(seconds));
  std::atomic<int> calls = 0;
  std::vector<std::thread> threads;
  for (std::size_t first = 0; first < kCallThreads; ++first) {
    threads.emplace_back([&, first] {
      std::vector<Caller<Reply>*> own;
      for (std::size_t i = first; i < callers.size(); i += kCallThreads) own.push_back(callers[i]);
      calls += CallsOfOneThread<Reply>(own, end).Run();
    });
  }
  for (std::thread& thread : threads) thread.join();
  return calls / std::chrono::duration<double>(Time::now() - start).count();
}

}  // namespace amparo::bench

#endif  // AMPARO_BENCH_CALLS_H_
