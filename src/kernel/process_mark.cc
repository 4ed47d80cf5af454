#include "kernel/process_mark.hpp"

#include <unistd.h>

#include "sys/process.hpp"

namespace cellblock::kernel {

const record::Process& this_process() {
  static const record::Process self = [] {
    record::Process process{::getpid(), 0, 0};
    if (auto pidfd = sys::open_process(process.pid))
      if (auto mark = sys::mark_of(process.pid, pidfd->get())) {
        process.inode = mark->inode;
        process.start = mark->start;
      }
    return process;
  }();
  return self;
}

bool is_alive(const record::Process& process) {
  auto opened = sys::open_process(process.pid, {process.inode, process.start});
  return opened || opened.error().why != Why::absent;
}

bool is_alive(const model::Runtime& runtime) {
  return runtime.keeper != 0 &&
         is_alive(record::Process{runtime.keeper, runtime.keeper_inode, runtime.keeper_start});
}

}  // namespace cellblock::kernel
