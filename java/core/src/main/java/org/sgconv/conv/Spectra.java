package org.sgconv.conv;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sgconv.bindings.closing.Closer;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSynthesis;
import org.sgconv.spi.BackendProvider;
import org.sgconv.spi.ConvolutionPlan;
import org.sgconv.spi.PlanSpectrum;
import org.sgconv.spi.TensorCheck;
import org.sgconv.tensor.Tensor;

/**
 * The open spectra of one convolution: makes, fills and closes them, with kernels that are given or
 * that parameters stand for. Takes the plan's lock for writing itself.
 */
final class Spectra {

  private final LongConvolution owner;
  private final BackendProvider provider;
  private final ConvolutionPlan plan;
  private final OperandCheck check;
  private final Operands operands;
  private final KernelSynthesis synthesis;
  private final Lock exclusive;

  /** Guarded by the lock. */
  private final Set<KernelSpectrum> open = Collections.newSetFromMap(new IdentityHashMap<>());

  Spectra(
      LongConvolution owner,
      BackendProvider provider,
      ConvolutionPlan plan,
      OperandCheck check,
      Operands operands) {
    this.owner = owner;
    this.provider = provider;
    this.plan = plan;
    this.check = check;
    this.operands = operands;
    this.synthesis = KernelSynthesis.on(owner.backend());
    this.exclusive = plan.lock().writeLock();
  }

  /** A new one with this kernel. */
  KernelSpectrum make(Tensor kernel, @Nullable Tensor skip) {
    check.prepare(Objects.requireNonNull(kernel, "kernel"), skip);
    return make(spectrum -> fill(kernel, skip, spectrum));
  }

  /** A new one with the kernel of these parameters. */
  KernelSpectrum make(KernelParameters parameters, @Nullable Tensor skip) {
    check.synthesize(Objects.requireNonNull(parameters, "parameters"), skip, null);
    return make(spectrum -> fill(parameters, skip, null, spectrum));
  }

  /** A new one; if filling it fails, there is none. */
  private KernelSpectrum make(Consumer<KernelSpectrum> filling) {
    exclusive.lock();
    try {
      owner.requireOpen();
      try (Closer made = Closer.onFailure()) {
        KernelSpectrum spectrum = made.add(new KernelSpectrum(this, owner, plan.createSpectrum()));
        open.add(spectrum);
        filling.accept(spectrum);
        made.keep();
        return spectrum;
      }
    } finally {
      exclusive.unlock();
    }
  }

  /** Replaces the kernel of one by this. */
  void prepare(KernelSpectrum spectrum, Tensor kernel, @Nullable Tensor skip) {
    check.prepare(Objects.requireNonNull(kernel, "kernel"), skip);
    exclusive.lock();
    try {
      owner.requireOpen();
      fill(kernel, skip, spectrum);
    } finally {
      exclusive.unlock();
    }
  }

  /** Replaces the kernel of one by that of these parameters, and overwrites {@code kernel} too. */
  void prepare(
      KernelSpectrum spectrum,
      KernelParameters parameters,
      @Nullable Tensor skip,
      @Nullable Tensor kernel) {
    check.synthesize(Objects.requireNonNull(parameters, "parameters"), skip, kernel);
    exclusive.lock();
    try {
      owner.requireOpen();
      fill(parameters, skip, kernel, spectrum);
    } finally {
      exclusive.unlock();
    }
  }

  private void fill(Tensor kernel, @Nullable Tensor skip, KernelSpectrum into) {
    PlanSpectrum target = into.open();
    begin(into, skip != null);
    plan.prepare(kernel, skip, target);
    into.endPreparing(skip != null);
  }

  private void fill(
      KernelParameters parameters,
      @Nullable Tensor skip,
      @Nullable Tensor kernel,
      KernelSpectrum into) {
    PlanSpectrum target = into.open();
    Tensor norm = synthesis.norm(parameters);
    if (kernel != null) {
      TensorCheck.disjoint("kernel", kernel, "norm", norm);
    }
    begin(into, skip != null);
    plan.synthesize(operands.kernel(parameters, norm), skip, kernel, target);
    into.endPreparing(skip != null);
  }

  /** A recording changes nothing yet, and its replays nothing that the spectrum would not know. */
  private void begin(KernelSpectrum into, boolean withSkip) {
    if (provider.isRecording()) {
      into.requireLike(withSkip);
    } else {
      into.beginPreparing();
    }
  }

  /** Gives the memory of one back. */
  void close(KernelSpectrum spectrum) {
    exclusive.lock();
    try {
      spectrum.release();
      open.remove(spectrum);
    } finally {
      exclusive.unlock();
    }
  }

  /**
   * Gives back the memory of all, also when one fails; then throws the first failure. Call under
   * the lock.
   */
  void release() {
    Closer.all(List.copyOf(open));
  }
}
