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
#include <mutex>
#include <thread>
#include <vector>

#include "statement/ids.h"

namespace amparo::server {

enum class StreamKind { kWatch = 0, kUpload, kDownload };
inline constexpr std::size_t kStreamsPerMemberMax = 8;  // Of each kind.

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

  // False: there are too many, of all or of this member.
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
  bool stopping_ = false;
  std::thread clock_thread_;
};

}  // namespace amparo::server

#endif  // AMPARO_SERVER_STREAMS_H_
