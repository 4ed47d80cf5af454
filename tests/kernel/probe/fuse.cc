// File systems of a user program (allow.mount.fusefs): what they show is up to the jail, and so is when they answer.

#include <fcntl.h>
#include <linux/fuse.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <thread>

#include "probe.hpp"

namespace probe {
namespace {

std::string mount_at(const char* target, int& device) {
  device = ::open("/dev/fuse", O_RDWR);
  if (device < 0) return "open:" + outcome(-1);
  char data[100];
  std::snprintf(data, sizeof data, "fd=%d,rootmode=40000,user_id=0,group_id=0", device);
  return outcome(::mount("probe", target, "fuse", 0, data));
}

std::string mount_fuse() {
  int device = -1;
  std::string mounted = mount_at("/mnt", device);
  if (mounted == "OK") mounted += "," + outcome(::umount2("/mnt", MNT_DETACH));
  return mounted;
}

/// Mounts a tmpfs on the link `arguments[0]` and unmounts it, 300 times, while the link and another one, `arguments[1]`,
/// change places all the time.
std::string mount_often() {
  const char* way = arguments.at(0).c_str();
  pid_t swapper = ::fork();
  while (swapper == 0) ::renameat2(AT_FDCWD, way, AT_FDCWD, arguments.at(1).c_str(), RENAME_EXCHANGE);
  std::string last = "never";
  for (int turn = 0; turn < 300; ++turn) {
    last = outcome(::mount("probe", way, "tmpfs", 0, nullptr));
    for (int layer = 0; layer < 2; ++layer) (void)::umount2(way, MNT_DETACH);
  }
  ::kill(swapper, SIGKILL);
  return last;
}

template <class Body>
void reply(int device, uint64_t unique, const Body& body) {
  struct {
    fuse_out_header header;
    Body body;
  } answer{{sizeof answer, 0, unique}, body};
  (void)!::write(device, &answer, sizeof answer);
}

fuse_attr attributes_of(uint64_t node) {
  fuse_attr attributes{};
  attributes.ino = node;
  attributes.nlink = 1;
  attributes.mode = node == FUSE_ROOT_ID ? S_IFDIR | 0755 : S_IFREG | 0644;
  attributes.size = node == FUSE_ROOT_ID ? 0 : 4096;
  return attributes;
}

/// A directory with one file in it, however that is called. Nobody ever gets to read the file.
[[noreturn]] void serve(int device) {
  alignas(8) static char request[1 << 20];
  while (::read(device, request, sizeof request) > 0) {
    fuse_in_header header;
    std::memcpy(&header, request, sizeof header);
    switch (header.opcode) {
      case FUSE_INIT: {
        fuse_init_out init{};
        init.major = FUSE_KERNEL_VERSION;
        init.minor = 31;
        init.max_write = 4096;
        reply(device, header.unique, init);
        break;
      }
      case FUSE_LOOKUP: {
        fuse_entry_out entry{};
        entry.nodeid = 2;
        entry.attr = attributes_of(2);
        reply(device, header.unique, entry);
        break;
      }
      case FUSE_GETATTR: {
        fuse_attr_out told{};
        told.attr = attributes_of(header.nodeid);
        reply(device, header.unique, told);
        break;
      }
      case FUSE_OPEN: reply(device, header.unique, fuse_open_out{}); break;
      default: break;
    }
  }
  ::_exit(0);
}

/// A file whose reader gets no answer: from then on only the end of the connection ends the process, and the connection
/// lasts as long as the process has the device open.
int silent_file(std::string& mounted) {
  int device = -1;
  mounted = mount_at("/mnt", device);
  if (mounted != "OK") return -1;
  if (::fork() == 0) serve(device);
  return ::open("/mnt/file", O_RDONLY);
}

/// The file `arguments[0]` says when it reads.
std::string read_silent(int file) {
  ::close(::open(arguments.at(0).c_str(), O_CREAT | O_WRONLY, 0600));
  char byte = 0;
  return outcome(::read(file, &byte, 1));
}

std::string stuck_read() {
  std::string mounted;
  int file = silent_file(mounted);
  return file < 0 ? mounted : read_silent(file);
}

/// The same of what is mounted nowhere any more.
std::string stuck_unmounted() {
  std::string mounted;
  int file = silent_file(mounted);
  if (file < 0 || ::umount2("/mnt", MNT_DETACH) < 0) return "umount:" + mounted + outcome(-1);
  return read_silent(file);
}

/// The same by a second thread: the first one ends.
std::string stuck_thread() {
  std::string mounted;
  int file = silent_file(mounted);
  if (file < 0) return mounted;
  std::thread([file] { read_silent(file); }).detach();
  ::pause();
  return "OK";
}

/// A mount that is made when the program has answered, which it never does (Linux 6.18).
std::string stuck_mount() {
  int device = ::open("/dev/fuse", O_RDWR);
  if (device < 0) return "open:" + outcome(-1);
  constexpr unsigned sync_init = 0xe503;  // FUSE_DEV_IOC_SYNC_INIT
  std::string asked = outcome(::ioctl(device, sync_init));
  if (asked != "OK") return asked;
  char data[100];
  std::snprintf(data, sizeof data, "fd=%d,rootmode=40000,user_id=0,group_id=0", device);
  ::close(::open(arguments.at(0).c_str(), O_CREAT | O_WRONLY, 0600));
  return outcome(::mount("probe", "/mnt", "fuse", 0, data));
}

constexpr Probe table[] = {{"mount_fuse", mount_fuse}, {"mount_often", mount_often}, {"stuck_read", stuck_read},
                           {"stuck_unmounted", stuck_unmounted}, {"stuck_thread", stuck_thread}, {"stuck_mount", stuck_mount}};

}  // namespace

std::span<const Probe> named_fuse() { return table; }

}  // namespace probe
