package org.sgconv.conv;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.sgconv.spi.ConvolutionPlan;

/** The open spectra of one convolution. Use under its exclusive lock. */
final class Spectra {

  private final Set<KernelSpectrum> open = Collections.newSetFromMap(new IdentityHashMap<>());

  /** A new one; if filling it fails, there is none. */
  KernelSpectrum create(
      LongConvolution owner, ConvolutionPlan plan, Consumer<KernelSpectrum> filling) {
    KernelSpectrum spectrum = new KernelSpectrum(owner, plan.createSpectrum());
    open.add(spectrum);
    try {
      filling.accept(spectrum);
    } catch (RuntimeException failure) {
      spectrum.release();
      open.remove(spectrum);
      throw failure;
    }
    return spectrum;
  }

  void remove(KernelSpectrum spectrum) {
    open.remove(spectrum);
  }

  /** Gives back the memory of all, also when one fails; then throws the first failure. */
  void release() {
    RuntimeException failure = null;
    for (KernelSpectrum spectrum : List.copyOf(open)) {
      try {
        spectrum.release();
        open.remove(spectrum);
      } catch (RuntimeException next) {
        if (failure == null) {
          failure = next;
        } else {
          failure.addSuppressed(next);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
