// A stream of zfs send, as hostile as it can be: what is read of one has no path that leads elsewhere. Behind a first byte
// that is odd, the bytes are messages whose checksums are made good, so that the decoder behind them is reached.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "dataset/record.hpp"
#include "dataset/stream.hpp"

namespace {

using namespace cellblock;
using namespace cellblock::dataset;

void hold(bool good) {
  if (!good) abort();
}

uint64_t sum_of(uint64_t sum, std::string_view bytes) {
  for (unsigned char byte : bytes) sum = (sum ^ byte) * 0x100000001b3;
  return sum ^ (sum >> 32);
}

std::string number(uint64_t value) {
  std::string out;
  for (int i = 0; i < 8; ++i) out += static_cast<char>(value >> (8 * i));
  return out;
}

/// Each message is a byte of type, two of length, and the payload.
std::string with_sums(std::string_view bytes) {
  std::string out = "cellblock stream 1\n";
  uint64_t sum = 0;
  while (bytes.size() >= 3) {
    uint64_t type = static_cast<unsigned char>(bytes[0]), length = static_cast<unsigned char>(bytes[1]) | static_cast<unsigned char>(bytes[2]) << 8;
    std::string_view payload = bytes.substr(3, length);
    bytes.remove_prefix(3 + payload.size());
    std::string head = number(payload.size() | type << 32);
    sum = sum_of(sum_of(sum, head), payload);
    out += head + number(sum) + std::string(payload);
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::string input = data[0] & 1 ? with_sums(bytes) : std::string(bytes);
  std::string_view rest = input;
  stream::Reader reader([&](size_t wanted) -> Result<std::string> {
    std::string part(rest.substr(0, wanted));
    rest.remove_prefix(part.size());
    return part;
  });
  while (auto message = reader.next()) {
    if (auto entry = std::get_if<stream::Entry>(&*message)) hold(stream::is_path(entry->path));
    if (auto link = std::get_if<stream::Link>(&*message)) hold(stream::is_path(link->path) && stream::is_path(link->target));
    if (std::holds_alternative<stream::Finish>(*message)) break;
  }
  if (auto record = parse_record(bytes)) hold(parse_record(record_text(*record)).value() == *record);
  return 0;
}
