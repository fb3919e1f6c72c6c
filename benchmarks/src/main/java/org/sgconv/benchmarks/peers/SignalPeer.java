package org.sgconv.benchmarks.peers;

import java.lang.foreign.MemorySegment;

/**
 * One library's convolution or correlation of signals, as its best user would write it.
 * Construction plans, allocates and takes the kernels, which stay the same; a call takes the
 * signals as if they were new. Not thread-safe.
 */
public interface SignalPeer extends AutoCloseable {

  /** All results from all signals. */
  void run();

  /** The results row after row, in the case's type, native or on the heap. */
  MemorySegment result();

  @Override
  void close();
}
