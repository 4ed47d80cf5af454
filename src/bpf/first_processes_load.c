#include <errno.h>

#include "first_processes.h"
#include "first_processes.lskel.h"

int cb_load_first_processes(void) {
  struct first_processes* program = first_processes__open_and_load();
  if (!program) return errno ? -errno : -ENOTSUP;
  int attached = first_processes__attach(program);
  int link = program->links.first_processes_fd;
  program->links.first_processes_fd = 0;  // ours from here on: the link holds the program
  first_processes__destroy(program);
  return attached < 0 ? attached : link;
}
