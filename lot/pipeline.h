// The pipeline of a lot: each worker takes the next batch from the source, judges it and, when its
// turn has come, writes it, so that the lines stand in the order in which the devices came. A batch
// stays with one processor, and one worker needs no other thread. A few batches are under way at a
// time and no more, however slow the slowest part is.
#pragma once

#include <stop_token>

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
  // An error ends it all.
  std::function<Result<void>(std::vector<WrittenLine>, bool pause)> write;
};

// Ends at the end of the source, or with its first error; what came before was written. Ends at
// once with an error of `write` or an exception in a worker, which is thrown here: `stop` is what
// then wakes a source that waits for input that may never come.
Result<void> run_pipeline(LotSource& source, const LotSetup& setup, unsigned jobs,
                          const PipelineSteps& steps, std::stop_source stop = {});

}  // namespace attest
