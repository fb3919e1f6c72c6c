package org.sgconv.conv;

import java.util.Locale;
import java.util.Objects;
import org.sgconv.ClosedException;
import org.sgconv.InvalidArgumentException;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.spi.PlanSpectrum;
import org.sgconv.tensor.Tensor;

/**
 * A kernel, with its skip if it has one, transformed once for many convolutions. Belongs to the
 * {@link LongConvolution} that prepared it and ends with it.
 *
 * <p>Several threads may use one spectrum; preparing it anew or closing it waits for the calls that
 * use it. What a call throws is what those of {@link LongConvolution} throw; where preparing fails,
 * the spectrum holds no kernel until it is prepared again.
 *
 * <p>
 *
 * {@snippet :
 * spectrum.prepare(parameters); // after an optimizer has changed them
 * convolution.forward(spectrum, u, Gates.none(), y);
 * }
 *
 * @since 0.1.0
 */
public final class KernelSpectrum implements AutoCloseable {

  private final Spectra spectra;
  private final LongConvolution owner;
  private final PlanSpectrum spectrum;

  // Written under the owner's exclusive lock, read under either or, where that will do, none.
  private volatile boolean released;
  private volatile boolean skip;

  /** Guarded by the owner's lock. */
  private boolean prepared;

  KernelSpectrum(Spectra spectra, LongConvolution owner, PlanSpectrum spectrum) {
    this.spectra = spectra;
    this.owner = owner;
    this.spectrum = spectrum;
  }

  /**
   * Replaces the kernel by another without a skip. Keeps no reference to the tensor.
   *
   * @param kernel (C',H,K)
   * @throws InvalidArgumentException if this is recorded and the spectrum has a skip
   */
  public void prepare(Tensor kernel) {
    spectra.prepare(this, kernel, null);
  }

  /**
   * Replaces the kernel by another with a skip. Keeps no reference to the tensors.
   *
   * @param kernel (C',H,K)
   * @param skip D (C,H)
   * @throws InvalidArgumentException if this is recorded and the spectrum has no skip
   */
  public void prepare(Tensor kernel, Tensor skip) {
    spectra.prepare(this, kernel, Objects.requireNonNull(skip, "skip"));
  }

  /**
   * Replaces the kernel by that of parameters, without a skip: see {@link
   * LongConvolution#prepare(KernelParameters)}. To be called after each change of the parameters.
   *
   * @throws InvalidArgumentException if this is recorded and the spectrum has a skip
   */
  public void prepare(KernelParameters parameters) {
    spectra.prepare(this, parameters, null, null);
  }

  /**
   * Replaces the kernel by that of parameters, with a skip: see {@link
   * LongConvolution#prepare(KernelParameters, Tensor)}. To be called after each change of the
   * parameters.
   *
   * @param skip D (C,H)
   * @throws InvalidArgumentException if this is recorded and the spectrum has no skip
   */
  public void prepare(KernelParameters parameters, Tensor skip) {
    spectra.prepare(this, parameters, Objects.requireNonNull(skip, "skip"), null);
  }

  /**
   * Replaces the kernel by that of parameters, without a skip, and shows it.
   *
   * @param kernel (C',H,K), overwritten with the kernel
   * @throws InvalidArgumentException if this is recorded and the spectrum has a skip
   */
  public void synthesize(KernelParameters parameters, Tensor kernel) {
    spectra.prepare(this, parameters, null, Objects.requireNonNull(kernel, "kernel"));
  }

  /**
   * Replaces the kernel by that of parameters, with a skip, and shows it.
   *
   * @param skip D (C,H)
   * @param kernel (C',H,K), overwritten with the kernel
   * @throws InvalidArgumentException if this is recorded and the spectrum has no skip
   */
  public void synthesize(KernelParameters parameters, Tensor skip, Tensor kernel) {
    spectra.prepare(
        this,
        parameters,
        Objects.requireNonNull(skip, "skip"),
        Objects.requireNonNull(kernel, "kernel"));
  }

  /**
   * Whether a skip D is folded in, as of the last preparing that was not recorded: do not prepare
   * otherwise between replays.
   */
  public boolean hasSkip() {
    return skip;
  }

  /**
   * Size in bytes of the memory it holds: {@link LongConvolution#spectrumBytes()}.
   *
   * @throws ClosedException if it or its convolution is closed
   */
  public long byteSize() {
    open();
    return owner.spectrumBytes();
  }

  /**
   * Gives the memory back, once the calls that use it have returned. Does nothing if that has
   * happened, as it has when the convolution is closed.
   */
  @Override
  public void close() {
    spectra.close(this);
  }

  /** The backend's spectrum, whatever is in it. To work on it, call under the owner's lock. */
  PlanSpectrum open() {
    if (released) {
      throw new ClosedException(
          "the kernel spectrum, or the convolution that it belongs to, is closed: prepare a new"
              + " one");
    }
    return spectrum;
  }

  /** The backend's spectrum for {@code user}, holding a kernel. Call under the owner's lock. */
  PlanSpectrum ready(LongConvolution user) {
    if (user != owner) {
      throw new InvalidArgumentException(
          "the kernel spectrum was prepared by another convolution ("
              + owner
              + "), not by this one ("
              + user
              + "): prepare the kernel here");
    }
    PlanSpectrum opened = open();
    if (!prepared) {
      throw new InvalidArgumentException(
          "the kernel spectrum holds no kernel, because preparing it failed: prepare it again");
    }
    return opened;
  }

  /**
   * Returns normally only if a kernel is there, with a skip as stated. Call under the owner's lock.
   */
  void requireLike(boolean withSkip) {
    ready(owner);
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

  /**
   * Gives the memory back if that has not happened yet. If it throws, all is as before. Call under
   * the owner's exclusive lock.
   */
  void release() {
    if (!released) {
      spectrum.close();
      released = true;
    }
  }
}
