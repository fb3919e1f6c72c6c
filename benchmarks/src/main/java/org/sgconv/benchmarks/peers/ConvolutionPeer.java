package org.sgconv.benchmarks.peers;

import java.lang.foreign.MemorySegment;
import org.sgconv.benchmarks.model.Output;

/**
 * One library's causal convolution with skip, as its best user would write it. Construction plans
 * and allocates; the operations reuse all of it. Not thread-safe.
 */
public interface ConvolutionPeer extends AutoCloseable {

  /** Transforms the kernel and the skip for {@link #forward} and {@link #backward}. */
  void prepare();

  /** y from the prepared kernel. */
  void forward();

  /** y from a kernel that was not seen before. */
  default void forwardNewKernel() {
    prepare();
    forward();
  }

  /** du, dk and dD from the prepared kernel. */
  void backward();

  /** One training step: y from a new kernel, then all gradients. */
  default void step() {
    forwardNewKernel();
    backward();
  }

  /** An output in the type of the signals, native or on the heap; valid until the next call. */
  MemorySegment result(Output output);

  @Override
  void close();
}
