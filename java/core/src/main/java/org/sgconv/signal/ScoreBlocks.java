package org.sgconv.signal;

import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * The windows of long signals, cut into blocks that are scored side by side, by as many threads as
 * a backend on the host has, or by all where transforms are a device's. The cut depends on lengths
 * alone, and so do the bits of the scores: not on the number of threads, nor on whether the signal
 * is in memory.
 */
final class ScoreBlocks {

  /** Windows of a block at least, if there are as many: some 200 µs of work. */
  private static final long BLOCK = 1L << 15;

  /**
   * Scores of a block for all templates at most, unless a template has more samples than its share.
   */
  private static final long MOST = 1L << 22;

  /** Scores of all blocks that are computed at a time, at most, where there is more than one. */
  private static final long MOST_TOGETHER = 1L << 23;

  /** Reads samples of a channel. */
  @FunctionalInterface
  interface Reader {
    void read(int channel, long from, double[] into, int count);
  }

  /** Takes scores of a row: channel · R + template. */
  @FunctionalInterface
  interface Writer {
    void write(int row, long to, double[] values, int count);
  }

  private final WindowScores scores;
  private final int threads;
  private final int templates;
  private final int length;

  ScoreBlocks(FixedKernels kernels, UnitTemplates templates, Mean mean) {
    this.scores = new WindowScores(kernels, templates, mean);
    this.threads = kernels.hostThreads();
    this.templates = templates.count();
    this.length = templates.length();
  }

  /** Windows of every block of so many in all but the last, which has no more. */
  int size(long windows) {
    long most =
        Math.min(
            Math.max(BLOCK, Segmentation.KERNELS * length), Math.max(length, MOST / templates));
    return Math.toIntExact(Math.ceilDiv(windows, Math.ceilDiv(windows, most)));
  }

  /**
   * Scores every window of channels with all templates. The kernels are in {@linkplain
   * FixedKernels#use use}.
   *
   * @param windows of each channel
   * @param size of a block
   * @param anyThread whether reader and writer work in threads other than this one
   */
  void compute(
      int channels, long windows, int size, boolean anyThread, Reader reader, Writer writer) {
    long blocks = Math.ceilDiv(windows, size);
    long jobs = channels * blocks;
    AtomicLong next = new AtomicLong();
    Runnable worker =
        () -> {
          long job = next.getAndIncrement();
          if (job >= jobs) {
            return; // others were faster: no memory for nothing
          }
          double[] x = new double[size + length - 1];
          WindowScores.Scratch scratch = scores.new Scratch(x.length);
          try {
            for (; job < jobs; job = next.getAndIncrement()) {
              int channel = (int) (job / blocks);
              long at = job % blocks * size;
              int count = (int) Math.min(size, windows - at);
              int samples = count + length - 1;
              reader.read(channel, at, x, samples);
              scores.score(
                  x,
                  samples,
                  scratch,
                  (template, first, values, some) ->
                      writer.write(channel * templates + template, at + first, values, some));
            }
          } catch (RuntimeException | Error failure) {
            next.set(jobs); // the others need not go on
            throw failure;
          }
        };
    long most = Math.min(jobs, MOST_TOGETHER / ((long) size * templates));
    int workers = Math.clamp(most, 1, threads);
    if (anyThread && workers > 1) {
      IntStream.range(0, workers).parallel().forEach(_ -> worker.run());
    } else {
      worker.run();
    }
  }
}
