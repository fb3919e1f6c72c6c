package org.sgconv.benchmarks.peers;

import java.lang.foreign.MemorySegment;

/** One library's kernel synthesis and its gradient, with the norm already taken. */
public interface SynthesisPeer extends AutoCloseable {

  /** The kernel (H,L) from the parameters. */
  void forward();

  /** The gradient of the weights (S,H,d) from that of the kernel. */
  void backward();

  /** The float32 kernel of the last {@link #forward}. */
  MemorySegment kernel();

  /** The float32 gradient of the last {@link #backward}. */
  MemorySegment weightGradient();

  @Override
  void close();
}
