/* SPDX-License-Identifier: MIT */
/** Serve several streams at once with grouped queries on the host's own threads: prefill prompts of
 *  different lengths in one call, then decode one token of every stream a call. Each stream served
 *  alone, and each whole sequence at once, must agree. Usage: 05_serving [folder of q_L0_H0.npy] */
#include "heads.h"
#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <new>
#include <thread>
#include <vector>

#include <favor/favor.h>

namespace {

constexpr int64_t Streams = 4, Heads = 4, KvHeads = 2, D = 15, Projections = 64;
constexpr int64_t Prompt[Streams] = {150, 90, 1, 120}, Longest = 150, Steps = 24;
constexpr int64_t Tokens = Longest + Steps; /* of one stream, at most */

/* The pool that a host has anyway. Worker w takes tasks w, w + width, ...: two tasks, two threads. */
class HostPool {
public:
  explicit HostPool(int64_t width) : tasks_done(static_cast<size_t>(width)) {
    for (int64_t w = 0; w < width; w++) workers.emplace_back([this, w] { work(w); });
  }
  HostPool(const HostPool &) = delete;
  HostPool &operator=(const HostPool &) = delete;
  ~HostPool() {
    {
      std::lock_guard<std::mutex> lock(mutex);
      stopping = true;
    }
    started.notify_all();
    for (std::thread &worker : workers) worker.join();
  }
  favor_executor executor() {
    return {static_cast<int64_t>(workers.size()), parallel_for, this};
  }
  int busy_threads() const {
    int busy = 0;
    for (int64_t done : tasks_done) busy += done > 0;
    return busy;
  }

private:
  using Task = void (*)(void *, int64_t);

  static void parallel_for(void *self, int64_t n, Task task, void *arg) {
    auto &pool = *static_cast<HostPool *>(self);
    std::unique_lock<std::mutex> lock(pool.mutex);
    pool.n = n, pool.task = task, pool.arg = arg;
    pool.running = static_cast<int64_t>(pool.workers.size());
    pool.call++;
    pool.started.notify_all();
    pool.finished.wait(lock, [&pool] { return pool.running == 0; });
  }

  void work(int64_t self) {
    std::unique_lock<std::mutex> lock(mutex);
    for (uint64_t seen = 0;;) {
      started.wait(lock, [&] { return stopping || call != seen; });
      if (stopping) return;
      seen = call;
      const int64_t width = static_cast<int64_t>(workers.size());
      lock.unlock();
      for (int64_t i = self; i < n; i += width) {
        task(arg, i);
        tasks_done[static_cast<size_t>(self)]++;
      }
      lock.lock();
      if (--running == 0) finished.notify_one();
    }
  }

  std::mutex mutex;
  std::condition_variable started, finished;
  std::vector<std::thread> workers;
  std::vector<int64_t> tasks_done; /* by worker */
  int64_t n = 0, running = 0;
  uint64_t call = 0;
  Task task = nullptr;
  void *arg = nullptr;
  bool stopping = false;
};

/* States of n (stream, key head) pairs, 64-byte aligned as the library wants them. */
class States {
public:
  States(size_t bytes_each, int64_t n)
      : stride(bytes_each), memory(::operator new(static_cast<size_t>(n) * bytes_each, align)) {}
  States(const States &) = delete;
  States &operator=(const States &) = delete;
  ~States() {
    ::operator delete(memory, align);
  }
  void use(favor_attention_desc &desc, bool continued) const {
    desc.state_in = continued ? memory : nullptr;
    desc.state_out = memory;
    desc.state_stride = static_cast<int64_t>(stride);
  }

private:
  static constexpr std::align_val_t align{64};
  size_t stride;
  void *memory;
};

/* The tokens of all streams: [stream][token][head][D], with KvHeads heads in keys and values. */
using Array = std::vector<float>;
float *at(Array &x, int64_t heads, int64_t stream, int64_t token) {
  return x.data() + (stream * Tokens + token) * heads * D;
}
struct Batch {
  Array q, k, v;
  explicit Batch(int64_t tokens)
      : q(static_cast<size_t>(Streams * tokens * Heads * D)),
        k(static_cast<size_t>(Streams * tokens * KvHeads * D)), v(k) {}
};

[[noreturn]] void fail(const char *what) {
  std::fprintf(stderr, "failed: %s\n", what);
  std::exit(1);
}

/* `tokens` causal tokens of `streams` streams that lie `room` tokens apart. */
favor_attention_desc describe(int64_t streams, int64_t tokens, int64_t room) {
  favor_attention_desc desc;
  if (favor_attention_desc_blhd(&desc, streams, Heads, tokens, tokens, D, D) < 0) fail("describe");
  desc.kv_heads = KvHeads;
  desc.mask = FAVOR_MASK_CAUSAL;
  for (int64_t *stride : {desc.q_stride, desc.out_stride}) stride[0] = room * Heads * D;
  for (int64_t *stride : {desc.k_stride, desc.v_stride}) {
    stride[0] = room * KvHeads * D;
    stride[2] = KvHeads * D;
  }
  return desc;
}

void attend(const favor_map *map, const favor_attention_desc &desc, const float *q, const float *k,
            const float *v, float *out, const favor_executor *threads) {
  favor_report report;
  favor_report_init(&report);
  if (favor_attention_f32(1, &map, &desc, q, k, v, out, nullptr, 0, threads, &report) != FAVOR_OK)
    fail(report.message[0] != 0 ? report.message : favor_strerror(report.status));
}

/* Real heads: stream s is rows 200 s and on; query heads 2 g and 2 g + 1 share the keys of 2 g. */
bool receive(const char *folder, Batch &all) {
  constexpr int64_t rows = 800;
  Array q(rows * D), k(q), v(q);
  for (int head = 0; head < Heads; head++) {
    if (!heads_read(folder, head, q.size(), q.data(), k.data(), v.data())) return false;
    for (int64_t i = 0; i < Streams * Tokens * D; i++) {
      const int64_t s = i / (Tokens * D), t = i / D % Tokens, c = i % D;
      const auto from = static_cast<size_t>((rows / Streams * s + t) * D + c);
      at(all.q, Heads, s, t)[head * D + c] = q[from];
      if (head % 2 == 0) at(all.k, KvHeads, s, t)[head / 2 * D + c] = k[from];
      if (head % 2 == 0) at(all.v, KvHeads, s, t)[head / 2 * D + c] = v[from];
    }
  }
  return true;
}

/* All streams at once, on the host's threads. */
void serve_together(const favor_map *map, size_t state_bytes, Batch &all, Array &out,
                    const favor_executor *threads) {
  const States states(state_bytes, Streams * KvHeads);
  favor_attention_desc prefill = describe(Streams, Longest, Tokens);
  prefill.key_lengths = Prompt; /* what lies behind a shorter prompt is not read */
  states.use(prefill, false);
  attend(map, prefill, all.q.data(), all.k.data(), all.v.data(), out.data(), threads);

  favor_attention_desc decode = describe(Streams, 1, 1);
  states.use(decode, true);
  Batch step(1);
  Array answer(step.q.size());
  for (int64_t t = 0; t < Steps; t++) {
    for (int64_t s = 0; s < Streams; s++) { /* what the model just made: stream s is at its own t */
      const auto copy = [&](Array &from, Array &to, int64_t heads) {
        std::copy_n(at(from, heads, s, Prompt[s] + t), heads * D, to.data() + s * heads * D);
      };
      copy(all.q, step.q, Heads), copy(all.k, step.k, KvHeads), copy(all.v, step.v, KvHeads);
    }
    attend(map, decode, step.q.data(), step.k.data(), step.v.data(), answer.data(), threads);
    for (int64_t s = 0; s < Streams; s++)
      std::copy_n(answer.data() + s * Heads * D, Heads * D, at(out, Heads, s, Prompt[s] + t));
  }
}

/* One stream by itself, on this thread, in calls of the same shape (what fixes the bits). */
void serve_alone(const favor_map *map, size_t state_bytes, Batch &all, Array &out, int64_t s) {
  const States states(state_bytes, KvHeads);
  for (int64_t t = 0; t < Prompt[s] + Steps; t += t == 0 ? Prompt[s] : 1) {
    favor_attention_desc desc = describe(1, t == 0 ? Longest : 1, Tokens);
    desc.key_lengths = t == 0 ? &Prompt[s] : nullptr;
    states.use(desc, t > 0);
    attend(map, desc, at(all.q, Heads, s, t), at(all.k, KvHeads, s, t), at(all.v, KvHeads, s, t),
           at(out, Heads, s, t), nullptr);
  }
}

int run(const char *folder) {
  Batch all(Tokens);
  if (!receive(folder, all)) return 2;
  favor_map_opts opts;
  favor_map *made = nullptr;
  size_t state_bytes = 0;
  favor_map_opts_attention(&opts, D, Projections);
  if (favor_map_create(&opts, &made) < 0) fail("a map");
  const std::unique_ptr<favor_map, void (*)(favor_map *)> map(made, favor_map_destroy);
  if (favor_state_size(made, D, FAVOR_F32, &state_bytes) < 0) fail("a state");

  Array together(all.q.size()), alone(together), whole(together);
  HostPool pool(3);
  const favor_executor threads = pool.executor();
  serve_together(made, state_bytes, all, together, &threads);
  int64_t other_bits = 0;
  double worst = 0;
  for (int64_t s = 0; s < Streams; s++) {
    const int64_t tokens = Prompt[s] + Steps;
    const auto count = static_cast<size_t>(tokens * Heads * D);
    serve_alone(made, state_bytes, all, alone, s);
    attend(made, describe(1, tokens, tokens), at(all.q, Heads, s, 0), at(all.k, KvHeads, s, 0),
           at(all.v, KvHeads, s, 0), at(whole, Heads, s, 0), nullptr);
    other_bits += std::memcmp(at(together, Heads, s, 0), at(alone, Heads, s, 0), count * 4) != 0;
    worst = std::fmax(worst, heads_error(at(together, Heads, s, 0), at(whole, Heads, s, 0), count));
  }
  std::printf("%d streams x %d heads on %d key heads, prompts of 1 to %d tokens, %d decoded each\n",
              int(Streams), int(Heads), int(KvHeads), int(Longest), int(Steps));
  std::printf("streams with other bits when served alone: %d; threads that worked: %d of %d\n",
              int(other_bits), pool.busy_threads(), int(threads.width));
  std::printf("against each sequence at once: %.1e\n", worst);
  /* The sums are the same, taken in other pieces: float32 rounding, some 1e-7. */
  return other_bits == 0 && pool.busy_threads() > 1 && worst < 1e-5 ? 0 : 1;
}

} // namespace

int main(int argc, char **argv) {
  return run(argc > 1 ? argv[1] : "examples/data");
}
