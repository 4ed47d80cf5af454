#include <errno.h>

#include "addresses.h"
#include "addresses.lskel.h"

/* The skeleton owns its descriptors; these become the caller's. */
#define TAKE_MAP(name) loaded->name = program->maps.name.map_fd, program->maps.name.map_fd = 0
#define TAKE(name) loaded->name = program->progs.name.prog_fd, program->progs.name.prog_fd = 0

int cb_load_addresses(struct cb_addresses* loaded) {
  struct addresses* program = addresses__open();
  if (!program) return -ENOMEM;
  int error = addresses__load(program);
  if (error >= 0) {
    TAKE_MAP(jails), TAKE_MAP(more), TAKE_MAP(owners), TAKE_MAP(place), TAKE_MAP(sockets);
    TAKE(bind4), TAKE(bind6), TAKE(connect4), TAKE(connect6), TAKE(sendmsg4), TAKE(sendmsg6);
    TAKE(sock_create), TAKE(sock_release), TAKE(post_bind4), TAKE(post_bind6), TAKE(getsockname4), TAKE(getsockname6);
    TAKE(ingress), TAKE(egress), TAKE(on_listen), TAKE(find_listener);
  }
  addresses__destroy(program);
  return error < 0 ? error : 0;
}
