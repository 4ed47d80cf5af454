// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0)
//
// The first processes of all PID namespaces that the reader sees, with the names of their UTS namespaces: one read(2)
// tells of a thousand jails what five system calls for each would tell.
//
// The structures name only what is used; the loader finds where it lies in the running kernel (CO-RE).
#include <linux/bpf.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "first_processes.h"

#define KERNEL __attribute__((preserve_access_index))

struct upid {
  int nr;
} KERNEL;

struct pid {
  unsigned level;
  __u64 ino;  // since Linux 6.9
  struct upid numbers[1];
} KERNEL;

struct new_utsname {
  char nodename[cb_host_name_size];
  char domainname[cb_host_name_size];
} KERNEL;

struct uts_namespace {
  struct new_utsname name;
} KERNEL;

struct nsproxy {
  struct uts_namespace* uts_ns;
} KERNEL;

struct task_struct {
  int pid, tgid;
  struct pid* thread_pid;
  struct nsproxy* nsproxy;
  __u64 start_boottime;
} KERNEL;

struct seq_file;

struct bpf_iter_meta {
  struct seq_file* seq;
} KERNEL;

struct bpf_iter__task {
  struct bpf_iter_meta* meta;
  struct task_struct* task;
} KERNEL;

enum { deepest = 31 };  // MAX_PID_NS_LEVEL is 32

/// The process's number in the namespace at `level` of those around it. `numbers` has as many as the process is deep.
static int number_at(struct pid* pid, unsigned level) {
  int number = 0;
  const char* numbers = (const char*)&pid->numbers[0];
  __u64 at = (level & deepest) * bpf_core_type_size(struct upid) + bpf_core_field_offset(struct upid, nr);
  bpf_probe_read_kernel(&number, sizeof number, numbers + at);
  return number;
}

SEC("iter/task")
int first_processes(struct bpf_iter__task* context) {
  struct task_struct* task = context->task;
  if (!task || task->pid != task->tgid) return 0;
  struct pid* pid = task->thread_pid;
  struct nsproxy* namespaces = task->nsproxy;  // none: it has ended
  if (!pid || !namespaces || pid->level == 0 || number_at(pid, pid->level) != 1) return 0;

  struct task_struct* reader = (struct task_struct*)bpf_get_current_task_btf();
  struct cb_first_process found = {.start = task->start_boottime, .pid = number_at(pid, reader->thread_pid->level)};
  if (bpf_core_field_exists(pid->ino)) found.inode = pid->ino;
  bpf_probe_read_kernel(found.host_name, sizeof found.host_name, &namespaces->uts_ns->name.nodename);
  bpf_probe_read_kernel(found.domain_name, sizeof found.domain_name, &namespaces->uts_ns->name.domainname);
  bpf_seq_write(context->meta->seq, &found, sizeof found);
  return 0;
}

char _license[] SEC("license") = "Dual BSD/GPL";
