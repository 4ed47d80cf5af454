// send and receive.
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "dataset/session.hpp"
#include "dataset/settings.hpp"
#include "dataset/tree_build.hpp"
#include "dataset/tree_walk.hpp"
#include "sys/file.hpp"

namespace cellblock::dataset {
namespace {

Result<Fd> open_tree_of(Store& store, const std::string& id) {
  CB_TRY(sys::Tree tree, store.tree(id, "send", Access::read));
  return sys::open_at(tree.fd(), ".", O_RDONLY | O_DIRECTORY);
}

/// One snapshot, open and held: it can't be destroyed while it is sent.
struct Held {
  Snapshot snapshot;
  Fd tree, hold;
};

Result<Held> hold_one(Pool& pool, Store& store, const Snapshot& snapshot) {
  Held held{.snapshot = snapshot};
  CB_TRY(held.hold, pool.shelf().hold(snapshot.data));
  CB_TRY(held.tree, open_tree_of(store, snapshot.data));
  return held;
}

Result<> send_one(const std::string& path, const Held& now, const Held* before, stream::Writer& writer) {
  CB_CHECK(writer.put(stream::Begin{path, now.snapshot.name, now.snapshot.guid, before ? before->snapshot.guid : 0, now.snapshot.created}));
  CB_CHECK(TreeWalk(writer).walk(now.tree.get(), before ? before->tree.get() : -1));
  return writer.put(stream::End{});
}

Result<std::string> read_some(int fd, size_t bytes) {
  std::string out(bytes, '\0');
  size_t used = 0;
  while (used < bytes) {
    ssize_t got = ::read(fd, out.data() + used, bytes - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return sys_fail(errno, "read");
    if (got == 0) break;
    used += static_cast<size_t>(got);
  }
  out.resize(used);
  return out;
}

/// What is being received: nothing of it is in the records before the stream has ended well.
class Receipt {
 public:
  Receipt(Pool& pool, const Name& target, const ReceiveOptions& options) : pool_(pool), target_(target), options_(options) {}

  Result<> run(stream::Message message, stream::Reader& reader) {
    for (;;) {
      if (std::holds_alternative<stream::Finish>(message)) return record_ ? Result<>{} : fail(Why::invalid, "invalid stream (it has no snapshot)");
      auto begin = std::get_if<stream::Begin>(&message);
      if (!begin) return fail(Why::invalid, "invalid stream (a message out of place)");
      CB_CHECK(take_snapshot(*begin, reader));
      CB_TRY(message, reader.next());
    }
  }

  /// The records; the caller commits.
  void put() {
    if (!old_data_.empty()) pool_.drop(old_data_);
    pool_.put(target_.path, std::move(*record_));
  }

 private:
  Result<> begin_full(const stream::Begin& begin) {
    if (record_) return fail(Why::invalid, "invalid stream (a second beginning)");
    if (pool_.has(target_.path)) return fail(Why::exists, "destination '{}' exists\nmust specify an incremental stream or destroy it first", target_.path);
    CB_TRY(Record * parent, pool_.find(target_.parent()));
    record_ = Record{.backend = parent->backend, .guid = new_guid(), .created = begin.created};
    CB_TRY(record_->number, pool_.shelf().next_number());
    CB_TRY(store_, pool_.store(record_->backend));
    CB_TRY(record_->data, store_->create(0));
    return {};
  }

  Result<> begin_on(const stream::Begin& begin) {
    if (!record_) {
      if (!pool_.has(target_.path)) return fail(Why::absent, "destination '{}' does not exist", target_.path);
      CB_TRY(Record * known, pool_.find(target_.path));
      record_ = *known;
      CB_TRY(store_, pool_.store(record_->backend));
      old_data_ = record_->data;
    }
    if (record_->snapshots.empty() || record_->snapshots.back().guid != begin.from)
      return fail(Why::invalid, "most recent snapshot of {} does not match incremental source", target_.path);
    if (record_->data != old_data_) return {};  // what was received just now goes on
    if (!options_.force) CB_CHECK(check_unmodified());
    CB_TRY(record_->data, store_->clone(record_->snapshots.back().data));
    return {};
  }

  /// Changes since the last snapshot would be lost.
  Result<> check_unmodified() {
    CB_TRY(Fd now, open_tree_of(*store_, old_data_));
    CB_TRY(Fd then, open_tree_of(*store_, record_->snapshots.back().data));
    size_t changes = 0;
    stream::Writer counter([&](std::string_view) {
      ++changes;
      return Result<>{};
    });
    CB_CHECK(TreeWalk(counter).folder_only(now.get(), then.get()));
    return changes ? fail(Why::exists, "destination {} has been modified\nsince most recent snapshot", target_.path) : Result<>{};
  }

  Result<> take_snapshot(const stream::Begin& begin, stream::Reader& reader) {
    CB_CHECK(check_component(begin.snapshot), "invalid stream");
    CB_CHECK(begin.from ? begin_on(begin) : begin_full(begin));
    std::string name = !begin.from && target_.is_snapshot() ? target_.snapshot : begin.snapshot;
    if (record_->snapshot(name)) return fail(Why::exists, "destination snapshot '{}@{}' exists", target_.path, name);
    CB_CHECK(fill(reader));
    CB_TRY(Store::Frozen frozen, store_->freeze(record_->data));
    CB_TRY(uint64_t number, pool_.shelf().next_number());
    record_->snapshots.push_back({name, frozen.snapshot, begin.guid, number, begin.created, {}});
    record_->data = frozen.head;
    return {};
  }

  Result<> fill(stream::Reader& reader) {
    CB_TRY(sys::Tree tree, store_->tree(record_->data, "receive", Access::write));
    CB_TRY(Fd top, sys::open_at(tree.fd(), ".", O_RDONLY | O_DIRECTORY));
    TreeBuild build(top.get(), options_.devices);
    for (;;) {
      CB_TRY(stream::Message message, reader.next());
      if (std::holds_alternative<stream::End>(message)) return build.finish();
      CB_CHECK(build.take(message));
    }
  }

  Pool& pool_;
  Name target_;
  ReceiveOptions options_;
  std::optional<Record> record_;
  Store* store_ = nullptr;
  std::string old_data_;
};

}  // namespace

Result<> send(Session& session, const SendWish& wish, int output) {
  CB_TRY(Pool * pool, session.open(wish.to.path, Hold::shared));
  CB_TRY(Record * record, pool->find(wish.to.path));
  CB_TRY(Store * store, pool->store(record->backend));
  const Snapshot* to = record->snapshot(wish.to.snapshot);
  const Snapshot* from = wish.from.empty() ? nullptr : record->snapshot(wish.from);
  if (!to || (!from && !wish.from.empty())) return fail(Why::absent, "dataset does not exist");
  if (from && from->number >= to->number) return fail(Why::invalid, "not an earlier snapshot from the same fs");
  std::vector<Held> all;
  for (const Snapshot& one : record->snapshots) {
    bool between = wish.all_between && from && one.number > from->number && one.number < to->number;
    if (!between && &one != to && &one != from) continue;
    CB_TRY(Held held, hold_one(*pool, *store, one));
    all.push_back(std::move(held));
  }
  bool from_nothing = !from;
  session.close(wish.to.pool());  // who receives may wait for it
  stream::Writer writer([output](std::string_view bytes) { return sys::write_all(output, bytes); });
  for (size_t i = from_nothing ? 0 : 1; i < all.size(); ++i) CB_CHECK(send_one(wish.to.path, all[i], i ? &all[i - 1] : nullptr, writer));
  return writer.put(stream::Finish{});
}

Result<> receive(Session& session, const Name& target, const ReceiveOptions& options, int input) {
  // The first message comes when the sender has what it needs of the pool, which may be this one.
  stream::Reader reader([input](size_t bytes) { return read_some(input, bytes); });
  CB_TRY(stream::Message first, reader.next());
  CB_TRY(Pool * pool, session.open(target.path, Hold::exclusive));
  if (target.parent().empty()) return fail(Why::exists, "destination '{}' exists", target.path);
  if (!pool->has(target.parent())) return fail(Why::absent, "destination '{}' does not exist", target.parent());
  Mounter& mounter = session.mounter();
  bool existed = pool->has(target.path);
  if (existed) CB_CHECK(mounter.check_free(*pool, target.path));
  Receipt receipt(*pool, target, options);
  CB_CHECK(receipt.run(std::move(first), reader));
  std::vector<std::string> unmounted;
  if (existed) {
    CB_TRY(std::vector<std::string> paths, pool->within(target.path));
    CB_TRY(unmounted, mounter.unmount_all(*pool, paths, Force::no));
  }
  receipt.put();
  auto done = pool->commit();
  if (!existed && done && !options.unmounted) unmounted.push_back(target.path);
  auto mounted = mounter.mount_all(*pool, unmounted);
  return done ? mounted : done;
}

}  // namespace cellblock::dataset
