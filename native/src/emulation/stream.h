// Streams, events and captures. Work waits in its stream until somebody waits for it, so that a
// missing synchronization shows; SGCONV_EMULATED_EAGER=1 runs it at once instead.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include "emulation/runtime_api.h"

namespace sgconv::emulation {

using Operation = std::function<cudaError_t()>;

struct Stream;

// Work recorded instead of run.
struct Capture {
  cudaStreamCaptureMode mode;
  std::thread::id thread;
  Stream *origin;
  bool invalid = false;
  std::vector<Operation> operations;
  std::set<Stream *> unjoined;  // other streams whose work the origin does not wait for yet
};

struct Stream {
  Stream(int device_number, bool is_blocking) : device(device_number), blocking(is_blocking) {}
  int device;
  bool blocking;  // synchronizes with the legacy default stream
  std::deque<Operation> queue;
  std::uint64_t enqueued = 0;
  std::uint64_t executed = 0;
  bool draining = false;
  std::shared_ptr<Capture> capture;
};

// One cudaEventRecord.
struct Record {
  std::shared_ptr<Stream> stream;
  std::uint64_t position = 0;  // done when the stream has executed this many operations
  std::chrono::steady_clock::time_point time;
  bool done = false;
  std::shared_ptr<Capture> capture;  // recorded while capturing
};

struct Event {
  int device;
  bool timing;
  std::shared_ptr<Record> latest;
};

struct Graph {
  int device;
  std::vector<Operation> operations;
};

}  // namespace sgconv::emulation
