// What a jail says to the warden, and what it may be told: a request that is understood says the same once more, and
// no answer is read beyond its end.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "wire/message.hpp"

namespace {

using namespace cellblock;

void require(bool truth) {
  if (!truth) abort();
}

void read_request(std::string_view text) {
  auto [verb, words] = wire::verb_of(text);
  require(verb.size() + words.size() <= text.size());
  auto request = wire::decode_set(words);
  if (!request) return;
  auto again = wire::decode_set(wire::verb_of(wire::encode(*request)).second);
  require(again && again->mode == request->mode && again->attaching == request->attaching);
  require(again->settings == request->settings);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  read_request(text);
  for (const std::string& word : wire::words_of(text)) require(word.size() <= text.size());
  auto answer = wire::decode_answer(text);
  if (answer) require(answer->empty() || (answer->data() >= text.data() && answer->data() + answer->size() <= text.data() + size));
  return 0;
}
