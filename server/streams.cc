#include "server/streams.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

namespace amparo::server {

Streams::Streams(Limits limits, Clock steady)
    : limits_(limits), steady_(std::move(steady)), clock_thread_([this] { Run(); }) {}

Streams::~Streams() {
  Stop();
  clock_thread_.join();
}

std::size_t Streams::LimitOf(StreamKind kind) const {
  switch (kind) {
    case StreamKind::kWatch:
      return limits_.watches;
    case StreamKind::kUpload:
      return limits_.uploads;
    case StreamKind::kDownload:
      return limits_.downloads;
  }
  return 0;
}

bool Streams::AddOpening(Stream* stream) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return false;
  if (opening_.size() >= kOpeningStreamsMax) {
    opening_.front()->OnStop();
    opening_.pop_front();
  }
  opening_.push_back(stream);
  return true;
}

bool Streams::Add(StreamKind kind, const MemberId& member, Stream* stream) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return false;
  std::size_t of_kind = 0;
  std::size_t of_member = 0;
  for (const Entry& entry : entries_) {
    if (entry.kind != kind) continue;
    ++of_kind;
    if (entry.member == member) ++of_member;
  }
  if (of_member >= kStreamsPerMemberMax) return false;
  if (of_kind >= LimitOf(kind) && !MakePlace(kind, of_member)) return false;
  std::erase(opening_, stream);
  entries_.push_back({.kind = kind, .member = member, .stream = stream, .since = steady_()});
  return true;
}

// A member who would then have as many as who gave way would be sent away by them in turn.
bool Streams::MakePlace(StreamKind kind, std::size_t own) {
  std::map<MemberId, std::size_t> counts;
  std::size_t most = 0;
  for (const Entry& entry : entries_) {
    if (entry.kind == kind) most = std::max(most, ++counts[entry.member]);
  }
  auto gives_way = entries_.end();
  if (most > own + 1) {  // The newest of theirs: it is the farthest from its end.
    for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
      if (entry->kind == kind && counts[entry->member] == most) gives_way = entry;
    }
  } else if (most == 1 && own == 0) {
    const auto oldest = std::find_if(entries_.begin(), entries_.end(),
                                     [&](const Entry& entry) { return entry.kind == kind; });
    if (steady_().value >= oldest->since.value + kStreamPlace_s) gives_way = oldest;
  }
  if (gives_way == entries_.end()) return false;
  gives_way->stream->OnGiveWay();
  entries_.erase(gives_way);
  return true;
}

void Streams::Remove(Stream* stream) {
  const std::lock_guard lock(mutex_);
  std::erase(opening_, stream);
  std::erase_if(entries_, [&](const Entry& entry) { return entry.stream == stream; });
}

void Streams::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (Stream* stream : opening_) stream->OnStop();
    for (const Entry& entry : entries_) entry.stream->OnStop();
  }
  stopped_.notify_all();
}

void Streams::Run() {
  std::unique_lock lock(mutex_);
  while (!stopped_.wait_for(lock, std::chrono::seconds(1), [this] { return stopping_; })) {
    for (Stream* stream : opening_) stream->OnSecond();
    for (const Entry& entry : entries_) entry.stream->OnSecond();
  }
}

}  // namespace amparo::server
