/* What first_processes.bpf.c writes for each process 1, and the C face of its loader. */
#ifndef CELLBLOCK_BPF_FIRST_PROCESSES_H
#define CELLBLOCK_BPF_FIRST_PROCESSES_H

#include <linux/types.h>

enum { cb_host_name_size = 65 }; /* __NEW_UTS_LEN and its zero byte */

struct cb_first_process {
  __u64 inode; /* of its pidfd; 0 where the kernel has no pidfs */
  __u64 start; /* in ns since boot */
  int pid;     /* as the reader of the iterator sees it */
  char host_name[cb_host_name_size];
  char domain_name[cb_host_name_size];
};

#ifdef __cplusplus
extern "C"
#endif
/* Loads the program into the kernel. Returns a descriptor of its iterator's link, or -errno. */
int cb_load_first_processes(void);

#endif
