// The emulated machine: devices, handles, the calling thread's state. Every call holds its lock.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "emulation/memory.h"
#include "emulation/settings.h"
#include "emulation/stream.h"

namespace sgconv::emulation {

struct Device {
  Device(int device_number, const DeviceSettings &device_settings, std::size_t capacity)
      : number(device_number), settings(device_settings), memory(capacity) {}
  int number;
  DeviceSettings settings;
  bool context = false;  // made at the first use
  DeviceMemory memory;
  cudaError_t poisoned = cudaSuccess;  // sticky error of the context
  std::shared_ptr<Stream> legacy;      // the default stream
  std::uint64_t release_threshold = 0;
  std::uint64_t pool_used = 0, pool_used_high = 0;
  std::set<const void *> pooled;  // live allocations of the memory pool
};

// While it lives, the device's memory can be touched.
class Access {
 public:
  explicit Access(Device &device) : device_(device) { device_.memory.unprotect(); }
  ~Access() { device_.memory.protect(); }
  Access(const Access &) = delete;
  Access &operator=(const Access &) = delete;

 private:
  Device &device_;
};

class Machine {
 public:
  Machine();

  std::recursive_mutex lock;
  std::vector<std::unique_ptr<Device>> devices;
  std::map<const void *, std::shared_ptr<Stream>> streams;
  std::map<const void *, std::unique_ptr<Event>> events;
  std::map<const void *, std::unique_ptr<Graph>> graphs;       // cudaGraph_t
  std::map<const void *, std::unique_ptr<Graph>> executables;  // cudaGraphExec_t
  std::map<const char *, std::size_t> pinned;                  // allocated page-locked memory
  std::map<const char *, std::size_t> registered;
  // What was set for CUDA kernels, by device and kernel.
  std::map<std::pair<int, const void *>, std::size_t> dynamic_shared;
  std::map<std::pair<int, const void *>, int> carveout;
  std::map<std::string, std::int64_t> counts;  // calls since the start, for tests
  std::int64_t waiting_copies = 0;             // submitted and not yet done
  std::string report;                          // text of the last fault of a CUDA kernel or border

  // The calling thread's device; nullptr if there is none.
  Device *current();
  // The same for what needs a context, which is made if this is the device's first use.
  cudaError_t use(Device *&device);
  cudaError_t make_context(Device &device);
  Device *device_of(const void *address);
  std::shared_ptr<Stream> stream_of(cudaStream_t handle);  // nullptr: no such stream

  // Adds work to a stream, or to the graph that is being captured.
  cudaError_t enqueue(const std::shared_ptr<Stream> &stream, Operation operation);
  // Runs the stream's work up to a position.
  void drain(const std::shared_ptr<Stream> &stream, std::uint64_t position);
  void drain(const std::shared_ptr<Stream> &stream) { drain(stream, stream->enqueued); }
  void drain_device(int device);
  bool is_pinned(const void *address, std::size_t size) const;

  // A call that may not be made while a stream is captured: invalidates the capture.
  bool forbidden_in_capture();

 private:
  void order_with_legacy(const std::shared_ptr<Stream> &stream);
};

Machine &machine();

// Per thread.
int &current_device();
cudaError_t &last_error();

// Ends every call of the runtime: remembers the error, reports a poisoned context.
cudaError_t finish(cudaError_t error);

}  // namespace sgconv::emulation
