#include "crypto/batch_line.h"

#include <algorithm>
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "crypto/secret.h"

namespace amparo {
namespace {

enum class Stage { kFree, kSubmitted, kWorking, kWorked, kReady };

struct Place {
  Batch batch;
  BatchBuffer memory;
  Stage stage = Stage::kFree;
  absl::Status status;
};

}  // namespace

// Kept alive by what runs on the pool, which may still leave the lock when the line is gone.
struct BatchLine::Line : std::enable_shared_from_this<Line> {
  Line(SealingPool& pool_in, Steps steps_in) : pool(pool_in), steps(std::move(steps_in)) {}

  Place& At(std::uint64_t index) { return places[index % kBatchesInLine]; }

  // REQUIRES: the lock is held.
  void EnterNext() {
    if (entering || dropped || At(next_to_enter).stage != Stage::kSubmitted) return;
    entering = true;
    At(next_to_enter).stage = Stage::kWorking;
    ++running;
    pool.Run([self = shared_from_this()] { self->Carry(); });
  }

  // One batch through as many steps as it can take now.
  void Carry() {
    std::unique_lock lock(mutex);
    Place& place = At(next_to_enter);
    Take(lock, steps.enter, place);
    ++next_to_enter;
    entering = false;
    EnterNext();  // On another thread, while this one goes on with its own.
    Take(lock, steps.work, place);
    place.stage = Stage::kWorked;
    while (!leaving && At(next_to_leave).stage == Stage::kWorked) {
      leaving = true;
      Take(lock, steps.leave, At(next_to_leave));
      leaving = false;
      At(next_to_leave++).stage = Stage::kReady;
      changed.notify_all();
    }
    --running;
    changed.notify_all();
  }
  // Without the lock. A batch that failed, and all after one that could not enter or leave, take
  // no further step.
  void Take(std::unique_lock<std::mutex>& lock, const Step& step, Place& place) {
    if (dropped || !place.status.ok() || place.batch.index > first_failed) return;
    lock.unlock();
    absl::Status status = step(place.batch);
    lock.lock();
    place.status = std::move(status);
    if (!place.status.ok()) first_failed = std::min(first_failed, place.batch.index);
  }

  SealingPool& pool;
  const Steps steps;
  std::mutex mutex;  // Guards what follows; a batch is its step's or its caller's alone.
  std::condition_variable changed;
  std::array<Place, kBatchesInLine> places;
  std::uint64_t next_to_submit = 0;
  std::uint64_t next_to_enter = 0;
  std::uint64_t next_to_leave = 0;
  std::uint64_t next_to_collect = 0;
  std::uint64_t first_failed = UINT64_MAX;
  int running = 0;
  bool entering = false;
  bool leaving = false;
  bool dropped = false;
};

BatchLine::BatchLine(SealingPool& pool, Steps steps)
    : line_(std::make_shared<Line>(pool, std::move(steps))) {}

BatchLine::~BatchLine() {
  std::unique_lock lock(line_->mutex);
  line_->dropped = true;
  line_->changed.wait(lock, [&] { return line_->running == 0; });
  for (Place& place : line_->places) {
    if (place.memory == nullptr) continue;
    Wipe(place.batch.buffer);
    line_->pool.ReturnBuffer(std::move(place.memory));
  }
}

bool BatchLine::HasRoom() const {
  const std::lock_guard lock(line_->mutex);
  return line_->At(line_->next_to_submit).stage == Stage::kFree;
}

Batch& BatchLine::Room() {
  const std::lock_guard lock(line_->mutex);
  const std::uint64_t index = line_->next_to_submit;
  Place& place = line_->At(index);
  assert(place.stage == Stage::kFree);
  if (place.memory == nullptr) {
    place.memory = line_->pool.TakeBuffer();
    place.batch.buffer = MutableByteView(place.memory.get(), kBatchBytes);
    place.batch.slot = index % kBatchesInLine;
  }
  place.batch.index = index;
  return place.batch;
}

void BatchLine::Submit() {
  const std::lock_guard lock(line_->mutex);
  Place& place = line_->At(line_->next_to_submit);
  assert(place.stage == Stage::kFree && place.batch.index == line_->next_to_submit);
  ++line_->next_to_submit;
  place.stage = Stage::kSubmitted;
  line_->EnterNext();
}

bool BatchLine::HasMore() const {
  const std::lock_guard lock(line_->mutex);
  return line_->next_to_collect < line_->next_to_submit;
}

bool BatchLine::IsReady() const {
  const std::lock_guard lock(line_->mutex);
  return line_->At(line_->next_to_collect).stage == Stage::kReady;
}

absl::StatusOr<Batch*> BatchLine::Collect() {
  std::unique_lock lock(line_->mutex);
  assert(line_->next_to_collect < line_->next_to_submit);
  Place& place = line_->At(line_->next_to_collect);
  line_->changed.wait(lock, [&] { return place.stage == Stage::kReady; });
  if (!place.status.ok()) return place.status;
  return &place.batch;
}

void BatchLine::Release() {
  const std::lock_guard lock(line_->mutex);
  Place& place = line_->At(line_->next_to_collect);
  assert(place.stage == Stage::kReady && place.status.ok());
  place.stage = Stage::kFree;
  ++line_->next_to_collect;
}

}  // namespace amparo
