// The streams that are open: how many, whose, and since when they have been idle. One thread
// looks at them every second and ends those whose time is over.
// Spec: docs/spec/requests.md, "Limits".
//
// Thread safety: all methods, from any thread.

#ifndef AMPARO_SERVER_STREAMS_H_
#define AMPARO_SERVER_STREAMS_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "statement/ids.h"

namespace amparo::server {

enum class StreamKind { kWatch = 0, kUpload, kDownload };
inline constexpr std::size_t kStreamsPerMemberMax = 8;  // Of each kind.
// Streams whose first message, which says whose they are, has not come yet.
inline constexpr std::size_t kOpeningStreamsMax = 64;

// A stream that can be ended from outside.
class Stream {
 public:
  virtual ~Stream() = default;
  // Called every second. Must not block, and must not register or remove a stream.
  virtual void OnSecond() = 0;
  // The server is stopping. As OnSecond.
  virtual void OnStop() = 0;
};

class Streams {
 public:
  struct Limits {
    std::size_t watches = 1024;
    std::size_t uploads = 64;
    std::size_t downloads = 64;
  };
  explicit Streams(Limits limits);
  ~Streams();

  // Watches a stream that is nobody's yet, until Add says whose it is. If there are too many,
  // the oldest one is ended: whoever only opens streams must not keep others out.
  // False: the server is stopping.
  bool AddOpening(Stream* stream);
  // False: there are too many, of all or of this member; it stays as it was.
  bool Add(StreamKind kind, const MemberId& member, Stream* stream);
  // OK if it was not added. After it returns the stream is not called any more.
  void Remove(Stream* stream);
  // Ends all streams now, and every one that is added later.
  void Stop();

 private:
  struct Entry {
    StreamKind kind;
    MemberId member;
    Stream* stream;
  };
  std::size_t LimitOf(StreamKind kind) const;
  void Run();

  const Limits limits_;
  std::mutex mutex_;  // Guards what follows.
  std::condition_variable stopped_;
  std::vector<Entry> entries_;
  std::deque<Stream*> opening_;  // Oldest first.
  bool stopping_ = false;
  std::thread clock_thread_;
};

}  // namespace amparo::server

#endif  // AMPARO_SERVER_STREAMS_H_
