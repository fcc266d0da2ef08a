// client/platform_reserve_ahead.h on Linux. Other systems reserve nothing.

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>

#include "client/platform_reserve_ahead.h"

namespace amparo::client::platform {
namespace {

// A small file needs none; what is taken ahead grows with the file, up to what is quickly given
// back.
constexpr std::uint64_t kStepBytesMin = std::uint64_t{1} << 20;
constexpr std::uint64_t kStepBytesMax = std::uint64_t{8} << 20;

// What is left to everybody else on the disk: a nearly full one is not filled by what is not
// written yet.
constexpr std::uint64_t kLeftFreeBytes = std::uint64_t{256} << 20;

bool HasRoom(int file, std::uint64_t bytes) {
  struct statvfs disk {};
  if (::fstatvfs(file, &disk) != 0) return false;
  return static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize >= bytes + kLeftFreeBytes;
}

// The file's size stays.
bool Allocate(int file, std::uint64_t offset, std::uint64_t size) {
#ifdef FALLOC_FL_KEEP_SIZE
  return ::fallocate(file, FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset),
                     static_cast<off_t>(size)) == 0;
#else
  static_cast<void>(file), static_cast<void>(offset), static_cast<void>(size);
  return false;
#endif
}

}  // namespace

ReserveAhead::ReserveAhead(int file, std::uint64_t end)
    : file_(file), begin_(end), reserved_(end) {}

void ReserveAhead::Reserve(std::uint64_t from, std::uint64_t end) {
  is_given_up_ = !HasRoom(file_, end - from);
  if (is_given_up_) return;
  is_given_up_ = !Allocate(file_, from, end - from);
  reserved_ = end;
}

void ReserveAhead::WillBe(std::uint64_t size) {
  if (size >= begin_ + kStepBytesMin) Reserve(begin_, size);
}

void ReserveAhead::WillWrite(std::uint64_t offset, std::size_t size) {
  const std::uint64_t end = offset + size;
  if (is_given_up_ || end <= reserved_ || end < begin_ + kStepBytesMin) return;
  const std::uint64_t step = std::clamp(end - begin_, kStepBytesMin, kStepBytesMax);
  Reserve(std::max(reserved_, offset), end + step);
}

void ReserveAhead::Release() {
  struct stat info {};
  if (reserved_ == begin_ || ::fstat(file_, &info) != 0) return;
  if (static_cast<std::uint64_t>(info.st_size) >= reserved_) return;
  // To the size it has. What fails here costs room on the disk until the file goes.
  if (::ftruncate(file_, info.st_size) == 0) reserved_ = begin_;
}

}  // namespace amparo::client::platform
