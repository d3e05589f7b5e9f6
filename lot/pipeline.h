// The pipeline of a lot: each worker takes the next batch from the source, judges it and, when its
// turn has come, writes it, so that the lines stand in the order in which the devices came. A batch
// stays with one processor, and one worker needs no other thread. A few batches are under way at a
// time and no more, however slow the slowest part is.
#pragma once

#include "lot/judge.h"

namespace attest {

struct WrittenLine {
  DeviceLine line;
  std::string text;  // what `render` made of it
};
struct PipelineSteps {
  std::function<std::string(const DeviceLine&)>
      render;  // in the workers: at once in several threads
  // In order and never two at once, by any of the workers. `pause`: nothing further is ready, so
  // what was written must not be held back.
  std::function<void(std::vector<WrittenLine>, bool pause)> write;
};

// Ends at the end of the source, or with its first error; what came before was written. An
// exception in a thread is an internal error and ends the process: another worker may be waiting
// for input that never comes.
tl::expected<void, Error> run_pipeline(LotSource& source, const LotSetup& setup, unsigned jobs,
                                       const PipelineSteps& steps);

}  // namespace attest
