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

#include "server/clock.h"
#include "statement/ids.h"

namespace amparo::server {

enum class StreamKind { kWatch = 0, kUpload, kDownload };
inline constexpr std::size_t kStreamsPerMemberMax = 8;  // Of each kind.
// Where every member has one stream and all places are taken, the oldest one gives way to a
// newcomer when it had its place for so long.
inline constexpr std::uint64_t kStreamPlace_s = 30;
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
  // Somebody else needs the place: the stream is ended as when the server stops, and its client
  // goes on later. As OnSecond; the stream is counted no more, and called no more.
  virtual void OnGiveWay() { OnStop(); }
};

class Streams {
 public:
  struct Limits {
    std::size_t watches = 1024;
    std::size_t uploads = 64;
    std::size_t downloads = 64;
  };
  // `steady`: seconds that never go back.
  Streams(Limits limits, Clock steady);
  ~Streams();

  // Watches a stream that is nobody's yet, until Add says whose it is. If there are too many,
  // the oldest one is ended: whoever only opens streams must not keep others out.
  // False: the server is stopping.
  bool AddOpening(Stream* stream);
  // When all places are taken, a stream of who has most gives way to a member who has fewer, or
  // the oldest one where everybody has one. False: none may, or this member has too many; the
  // stream stays as it was.
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
    UnixSeconds since;
  };
  std::size_t LimitOf(StreamKind kind) const;
  // Frees a place for a newcomer who has `own` streams of this kind. False: nobody gives way.
  bool MakePlace(StreamKind kind, std::size_t own);
  void Run();

  const Limits limits_;
  const Clock steady_;
  std::mutex mutex_;  // Guards what follows.
  std::condition_variable stopped_;
  std::vector<Entry> entries_;   // Oldest first.
  std::deque<Stream*> opening_;  // Oldest first.
  bool stopping_ = false;
  std::thread clock_thread_;
};

}  // namespace amparo::server

#endif  // AMPARO_SERVER_STREAMS_H_
