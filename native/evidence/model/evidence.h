// All that is said of a call: what its launches execute, move and wait for.
#pragma once

#include "evidence/calls/call.h"
#include "evidence/count/traffic.h"
#include "evidence/model/device.h"

namespace sgconv::evidence {

// What the warps of blocks issue.
struct Issued {
  double all = 0;
  double outside = 0;  // of the row loop
  double float_operations = 0, multiply_adds = 0;
  bool has_row_loop = false;
};

// Launches of one call that are alike in everything that is counted.
struct MovedBytes {
  double read = 0, written = 0;
};
struct LaunchEvidence {
  std::string name;
  std::string symbol;
  std::int64_t launches = 0;
  std::uint64_t blocks = 0;  // of one launch
  int registers = 0, frame_bytes = 0, resident = 0;
  std::uint64_t threads = 0, shared_bytes = 0;
  double fill = 1;
  Issued issued;  // of all of these launches, as are the next
  std::map<unsigned, MovedBytes> traffic;
  std::map<unsigned, double> footprint;  // of the workspace, of one launch
  double active_bytes = 0;  // of workspace and spectrum, of blocks that run at the same time
  double local_bytes = 0;   // of spilled registers
  double hbm_bytes = 0;
  double shared_wavefronts = 0;
  Wavefronts loads, stores;   // of one block of each kind
  double worst_conflict = 1;  // of one instruction
  std::set<Race> races;

  double l2_bytes() const;
  Work work() const;
};

struct CallEvidence {
  Call call;
  std::int64_t size = 0;
  std::vector<LaunchEvidence> launches;

  double samples() const;
  std::int64_t launch_count() const;
};

// Throws NotUnderstood where anything is not.
CallEvidence evidence_of(const Kernels &kernels, const Call &call, const Device &device);

// Of the whole call: all its launches one after another.
struct Prediction {
  double seconds = 0;
  Bound bound = Bound::kIssue;  // what most of the time goes to
};
Prediction predict(const Model &model, const CallEvidence &evidence);

}  // namespace sgconv::evidence
