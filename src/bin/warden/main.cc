// cellblock-warden: started by jail(8) and jexec(8) with its listening socket as standard input.
#include <unistd.h>

#include "kernel/warden.hpp"

int main() {
  cellblock::Fd listening(::dup(0));
  return cellblock::kernel::serve_jails(std::move(listening)) ? 0 : 1;
}
