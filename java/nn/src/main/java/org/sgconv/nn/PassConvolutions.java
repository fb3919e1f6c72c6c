package org.sgconv.nn;

import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;
import org.sgconv.Backend;
import org.sgconv.ConvolutionMode;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.kernel.KernelParameters;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;

/**
 * The convolutions of a pass, which layers of one geometry share, with a spectrum of each layer. Of
 * several signal lengths, those used last are kept.
 */
final class PassConvolutions implements AutoCloseable {

  private static final int KEPT = 8;

  private final Backend backend;
  private final DType type;
  private final LinkedHashMap<Geometry, Shared> kept = new LinkedHashMap<>(16, 0.75f, true);

  PassConvolutions(Backend backend, DType type) {
    this.backend = backend;
    this.type = type;
  }

  private record Geometry(
      ConvolutionMode mode, int heads, int hidden, long length, long kernelLength) {}

  /** One convolution and the spectra of the layers that share it, which end with it. */
  private static final class Shared {
    final LongConvolution convolution;
    final IdentityHashMap<Object, Spectrum> spectra = new IdentityHashMap<>();

    Shared(LongConvolution convolution) {
      this.convolution = convolution;
    }
  }

  private record Spectrum(KernelSpectrum spectrum, long version) {}

  /**
   * The convolution of a layer with its kernel prepared.
   *
   * @param version of the parameters
   * @param anew whether to prepare the kernel even if the version has not changed
   */
  PreparedConvolution prepare(
      Object layer,
      KernelParameters parameters,
      Tensor skip,
      long length,
      long version,
      boolean anew) {
    Shared shared = shared(parameters.spec(), length);
    Spectrum known = shared.spectra.get(layer);
    if (known != null && known.version() == version && !anew) {
      return new PreparedConvolution(shared.convolution, known.spectrum());
    }
    KernelSpectrum spectrum;
    if (known == null) {
      spectrum = shared.convolution.prepare(parameters, skip);
    } else {
      spectrum = known.spectrum();
      shared.spectra.put(layer, new Spectrum(spectrum, version - 1)); // if preparing fails
      spectrum.prepare(parameters, skip);
    }
    shared.spectra.put(layer, new Spectrum(spectrum, version));
    return new PreparedConvolution(shared.convolution, spectrum);
  }

  private Shared shared(KernelSpec spec, long length) {
    // Lags beyond the full kernel are zero, and cost nothing if they are not there at all.
    long lags = Math.min(length, spec.fullLength());
    Geometry geometry = new Geometry(spec.mode(), spec.heads(), spec.hidden(), length, lags);
    @Nullable Shared known = kept.get(geometry);
    if (known != null) {
      return known;
    }
    if (kept.size() == KEPT) {
      kept.pollFirstEntry().getValue().convolution.close();
    }
    Shared made =
        new Shared(
            LongConvolution.builder(backend)
                .kernels(spec)
                .length(length)
                .kernelLength(lags)
                .type(type)
                .build());
    kept.put(geometry, made);
    return made;
  }

  @Override
  public void close() {
    kept.values().forEach(shared -> shared.convolution.close());
    kept.clear();
  }
}
