package org.sgconv.conv;

import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sgconv.Backend;
import org.sgconv.ConvolutionMode;
import org.sgconv.InvalidArgumentException;
import org.sgconv.kernel.KernelSpec;
import org.sgconv.spi.BackendProvider;
import org.sgconv.spi.ConvolutionGeometry;
import org.sgconv.tensor.DType;

/**
 * Shape and element type of a {@link LongConvolution} to be made: one causal head of one row, with
 * a kernel as long as the signal, unless something else is said.
 *
 * @since 0.1.0
 */
@SuppressWarnings("exports") // org.jspecify is needed to compile this library, not to use it
public final class ConvolutionBuilder {

  private final Backend backend;
  private ConvolutionMode mode = ConvolutionMode.CAUSAL;
  private int heads = 1;
  private int hidden = 1;
  private OptionalLong length = OptionalLong.empty();
  private OptionalLong kernelLength = OptionalLong.empty();
  private @Nullable DType type;

  ConvolutionBuilder(Backend backend) {
    this.backend = backend;
  }

  /** Takes mode, heads C and hidden width H from a kernel's spec. */
  public ConvolutionBuilder kernels(KernelSpec spec) {
    return mode(spec.mode()).heads(spec.heads()).hidden(spec.hidden());
  }

  /** Sets which lags count; {@link ConvolutionMode#CAUSAL} if not given. */
  public ConvolutionBuilder mode(ConvolutionMode value) {
    mode = Objects.requireNonNull(value, "mode");
    return this;
  }

  /** Sets C, the kernels for each row of a signal; 1 if not given. */
  public ConvolutionBuilder heads(int value) {
    heads = value;
    return this;
  }

  /** Sets H, the rows of a signal; 1 if not given. */
  public ConvolutionBuilder hidden(int value) {
    hidden = value;
    return this;
  }

  /** Sets L, the samples of a signal, from 1 to 2^40. Must be given. */
  public ConvolutionBuilder length(long value) {
    length = OptionalLong.of(value);
    return this;
  }

  /** Sets K, the lags of a kernel, from 1 to 2^40; L if not given. */
  public ConvolutionBuilder kernelLength(long value) {
    kernelLength = OptionalLong.of(value);
    return this;
  }

  /**
   * Sets the element type of signals, outputs, gates and their gradients; kernels, skips and their
   * gradients are of its {@link DType#kernelType()}. FLOAT32 if not given, or FLOAT64 on a backend
   * that does not take FLOAT32.
   */
  public ConvolutionBuilder type(DType value) {
    type = Objects.requireNonNull(value, "type");
    return this;
  }

  /**
   * Convolutions of that shape; close them when done.
   *
   * @throws org.sgconv.BackendUnavailableException if the backend cannot be used here
   * @throws InvalidArgumentException if the length is not given or a size is out of range
   * @throws org.sgconv.TypeMismatchException if the backend does not take that type; the message
   *     lists those that it takes
   */
  public LongConvolution build() {
    BackendProvider provider = BackendProvider.of(backend);
    DType chosen = type;
    if (chosen == null) {
      Set<DType> types = provider.supportedTypes();
      chosen = types.contains(DType.FLOAT32) ? DType.FLOAT32 : DType.FLOAT64;
    }
    provider.requireType(chosen);
    long samples =
        length.orElseThrow(
            () ->
                new InvalidArgumentException(
                    "the signals' length is not given: give it with length(...)"));
    return new LongConvolution(
        backend,
        new ConvolutionGeometry(mode, heads, hidden, samples, kernelLength.orElse(samples)),
        chosen);
  }
}
