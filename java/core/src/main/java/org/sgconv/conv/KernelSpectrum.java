package org.sgconv.conv;

import java.util.Locale;
import org.sgconv.ClosedException;
import org.sgconv.InvalidArgumentException;
import org.sgconv.spi.PlanSpectrum;

/**
 * A kernel, with its skip if it has one, transformed once for many convolutions. Belongs to the
 * {@link LongConvolution} that prepared it and ends with it.
 *
 * <p>Several threads may use one spectrum; preparing it anew or closing it waits for the calls that
 * use it.
 */
public final class KernelSpectrum implements AutoCloseable {

  private final LongConvolution owner;
  private final PlanSpectrum spectrum;

  // Written under the owner's exclusive lock, read under either or, where that will do, none.
  private volatile boolean released;
  private volatile boolean skip;

  // Guarded by the owner's lock.
  private boolean closed;
  private boolean prepared;

  KernelSpectrum(LongConvolution owner, PlanSpectrum spectrum) {
    this.owner = owner;
    this.spectrum = spectrum;
  }

  /**
   * Whether a skip D is folded in, as of the last preparing that was not recorded: do not prepare
   * otherwise between replays.
   */
  public boolean hasSkip() {
    return skip;
  }

  /**
   * Size in bytes of the memory it holds.
   *
   * @throws ClosedException if it or its convolution is closed
   */
  public long byteSize() {
    return open(owner).byteSize();
  }

  /**
   * Gives the memory back. Does nothing if the convolution was closed before: that closed it too.
   *
   * @throws ClosedException if this method was called before
   */
  @Override
  public void close() {
    owner.close(this);
  }

  /**
   * The backend's spectrum for {@code user}, whatever is in it. To work on it, call under the
   * owner's lock.
   */
  PlanSpectrum open(LongConvolution user) {
    if (user != owner) {
      throw new InvalidArgumentException(
          "the kernel spectrum was prepared by another convolution ("
              + owner
              + "), not by this one ("
              + user
              + "): prepare the kernel here");
    }
    if (released) {
      throw new ClosedException(
          "the kernel spectrum, or the convolution that it belongs to, is closed: prepare a new"
              + " one");
    }
    return spectrum;
  }

  /** As {@link #open}, holding a kernel. Call under the owner's lock. */
  PlanSpectrum ready(LongConvolution user) {
    PlanSpectrum opened = open(user);
    if (!prepared) {
      throw new InvalidArgumentException(
          "the kernel spectrum holds no kernel, because preparing it failed: prepare it again");
    }
    return opened;
  }

  /**
   * Returns normally only if a kernel is there, with a skip as stated. Call under the owner's lock.
   */
  void requireLike(LongConvolution user, boolean withSkip) {
    ready(user);
    if (skip != withSkip) {
      throw new InvalidArgumentException(
          String.format(
              Locale.ROOT,
              "a recording prepares a kernel %s a skip in a spectrum %s one: prepare the spectrum that way once before it is recorded",
              withSkip ? "with" : "without",
              skip ? "with" : "without"));
    }
  }

  /** Call under the owner's exclusive lock. */
  void beginPreparing() {
    prepared = false;
  }

  /** Call under the owner's exclusive lock. */
  void endPreparing(boolean withSkip) {
    prepared = true;
    skip = withSkip;
  }

  /** If this throws, it is as before. Call under the owner's exclusive lock. */
  void closeOnce() {
    if (closed) {
      throw new ClosedException("the kernel spectrum is closed already: close it once");
    }
    release();
    closed = true;
  }

  /** Gives the memory back if that has not happened yet. Call under the owner's exclusive lock. */
  void release() {
    if (!released) {
      spectrum.close();
      released = true;
    }
  }
}
