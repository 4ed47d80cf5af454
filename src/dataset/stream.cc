#include "dataset/stream.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>
#include <utility>

#include "base/text.hpp"

namespace cellblock::dataset::stream {
namespace {

constexpr std::string_view magic = "cellblock stream 1\n";
constexpr size_t largest_payload = largest_data + 8192;
constexpr size_t head_size = 16;  // length, type, checksum

uint64_t sum_of(uint64_t sum, std::string_view bytes) {
  for (unsigned char byte : bytes) sum = (sum ^ byte) * 0x100000001b3;
  return sum ^ (sum >> 32);
}

class Encoder {
 public:
  std::string out;
  template <class Number>
  Encoder& number(Number value) {
    auto wide = static_cast<uint64_t>(value);
    for (int i = 0; i < 8; ++i) out += static_cast<char>(wide >> (8 * i));
    return *this;
  }
  Encoder& text(std::string_view value) {
    number(value.size());
    out += value;
    return *this;
  }
};

class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : rest_(bytes) {}
  template <class Number>
  void number(Number& value) {
    uint64_t wide = 0;
    good_ = good_ && rest_.size() >= 8;
    if (!good_) return;
    for (size_t i = 0; i < 8; ++i) wide |= uint64_t{static_cast<unsigned char>(rest_[i])} << (8 * i);
    rest_.remove_prefix(8);
    value = static_cast<Number>(wide);
    good_ = static_cast<uint64_t>(value) == wide;
  }
  void text(std::string& value) {
    uint64_t size = 0;
    number(size);
    good_ = good_ && size <= rest_.size();
    if (!good_) return;
    value = rest_.substr(0, size);
    rest_.remove_prefix(size);
  }
  bool is_done() const { return good_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

// One list of parts for each message, for both directions.
template <class Message, class Coder>
void parts(Message& m, Coder&& coder) {
  using Type = std::remove_const_t<Message>;
  if constexpr (std::is_same_v<Type, Begin>) coder(m.dataset, m.snapshot, m.guid, m.from, m.created);
  if constexpr (std::is_same_v<Type, Entry>) coder(m.path, m.kind, m.mode, m.uid, m.gid, m.seconds, m.nanoseconds, m.size, m.device, m.target);
  if constexpr (std::is_same_v<Type, Xattr>) coder(m.name, m.value);
  if constexpr (std::is_same_v<Type, Data>) coder(m.offset, m.bytes);
  if constexpr (std::is_same_v<Type, Link>) coder(m.path, m.target);
  if constexpr (std::is_same_v<Type, Remove>) coder(m.path);
}

std::string encode(const Message& message) {
  Encoder encoder;
  auto put = [&](const auto& part) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(part)>, std::string>) encoder.text(part);
    else encoder.number(part);
  };
  std::visit([&](const auto& m) { parts(m, [&](const auto&... all) { (put(all), ...); }); }, message);
  return encoder.out;
}

template <size_t index = 0>
bool decode(uint32_t type, std::string_view bytes, Message& into) {
  if constexpr (index == std::variant_size_v<Message>) return false;
  else {
    if (type != index) return decode<index + 1>(type, bytes, into);
    std::variant_alternative_t<index, Message> m{};
    Decoder decoder(bytes);
    auto get = [&](auto& part) {
      if constexpr (std::is_same_v<std::remove_cvref_t<decltype(part)>, std::string>) decoder.text(part);
      else decoder.number(part);
    };
    parts(m, [&](auto&... all) { (get(all), ...); });
    into = std::move(m);
    return decoder.is_done();
  }
}

bool is_good(const Message& message) {
  if (auto entry = std::get_if<Entry>(&message)) {
    bool link_good = entry->kind == Kind::symlink ? !entry->target.empty() && entry->target.size() < 4096 && !entry->target.contains('\0') : entry->target.empty();
    return is_path(entry->path) && entry->kind <= Kind::block && entry->mode <= 07777 && entry->nanoseconds < 1'000'000'000 && link_good &&
           entry->size <= uint64_t{1} << 62;
  }
  if (auto link = std::get_if<Link>(&message)) return is_path(link->path) && is_path(link->target) && link->path != ".";
  if (auto gone = std::get_if<Remove>(&message)) return is_path(gone->path) && gone->path != ".";
  if (auto data = std::get_if<Data>(&message)) return data->offset <= uint64_t{1} << 62 && data->bytes.size() <= largest_data;
  if (auto xattr = std::get_if<Xattr>(&message)) return !xattr->name.empty() && xattr->name.size() < 256 && !xattr->name.contains('\0') && xattr->value.size() <= 65536;
  return true;
}

tl::unexpected<Error> bad(std::string_view what) { return fail(Why::invalid, "invalid stream ({})", what); }

}  // namespace

bool is_path(std::string_view path) {
  if (path == ".") return true;
  if (path.empty() || path.size() >= 4096 || path.starts_with('/') || path.ends_with('/') || path.contains('\0')) return false;
  for (std::string_view rest = path; !rest.empty();)
    if (std::string_view part = take_part(rest, '/'); part.empty() || part == "." || part == ".." || part.size() > 255) return false;
  return true;
}

Result<> Writer::put(const Message& message) {
  if (!std::exchange(begun_, true)) CB_CHECK(sink_(magic));
  std::string payload = encode(message);
  Encoder head;
  head.number(payload.size() | uint64_t{message.index()} << 32);
  sum_ = sum_of(sum_of(sum_, head.out), payload);
  head.number(sum_);
  return sink_(head.out + payload);
}

Result<Message> Reader::next() {
  if (!std::exchange(begun_, true)) {
    CB_TRY(std::string first, source_(magic.size()));
    if (first != magic) return bad("bad magic number");
  }
  CB_TRY(std::string head, source_(head_size));
  if (head.size() < head_size) return bad("it ends in the middle");
  uint64_t what = 0, sum = 0;
  Decoder decoder(head);
  decoder.number(what);
  decoder.number(sum);
  size_t length = what & 0xffffffff;
  if (length > largest_payload) return bad("a message is too long");
  CB_TRY(std::string payload, source_(length));
  if (payload.size() < length) return bad("it ends in the middle");
  sum_ = sum_of(sum_of(sum_, std::string_view(head).substr(0, 8)), payload);
  if (sum_ != sum) return bad("checksum mismatch");
  Message message;
  if (!decode(static_cast<uint32_t>(what >> 32), payload, message)) return bad("a message is malformed");
  if (!is_good(message)) return bad("a path or a value leads elsewhere");
  return message;
}

}  // namespace cellblock::dataset::stream
