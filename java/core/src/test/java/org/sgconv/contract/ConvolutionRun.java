package org.sgconv.contract;

import java.util.ArrayList;
import java.util.List;
import org.sgconv.Backend;
import org.sgconv.conv.Gates;
import org.sgconv.conv.Gradients;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.LongConvolution;
import org.sgconv.conv.OptionalOperands;
import org.sgconv.conv.RowLengths;
import org.sgconv.oracle.ExactConvolution;
import org.sgconv.oracle.Tolerance;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.Tensor;
import org.sgconv.tensor.TensorScope;

/**
 * Everything a backend computes for one case: output and every gradient. Gradients that the case
 * has not are empty.
 */
@SuppressWarnings("ArrayRecordComponent") // plain carriers of test values, never compared
record ConvolutionRun(
    double[] y, double[] du, double[] dk, double[] dskip, double[] dpre, double[] dpost) {

  private static final double[] NONE = {};

  /** Runs forward and backward into poisoned outputs with guarded margins. */
  static ConvolutionRun of(Backend backend, DType type, Operands operands) {
    ConvolutionCase at = operands.at();
    try (Tensors tensors = new Tensors(backend, type, at.unaligned());
        LongConvolution convolution = at.convolution(backend, type)) {
      long[] signal = {at.batch(), at.hidden(), at.length()};
      long[] output = {at.batch(), (long) at.heads() * at.hidden(), at.length()};
      long[] kernelShape = {at.channels(), at.hidden(), at.kernelLength()};
      long[] skipShape = {at.heads(), at.hidden()};
      Tensor u = tensors.input(operands.u(), signal);
      Tensor dy = tensors.input(operands.dy(), output);
      Tensor kernel = tensors.kernelInput(operands.kernel(), kernelShape);
      Tensor skip = at.skip() ? tensors.kernelInput(operands.skip(), skipShape) : null;
      Gates gates =
          OptionalOperands.gates(
              at.pre() ? tensors.input(operands.pre(), signal) : null,
              at.post() ? tensors.input(operands.post(), signal) : null);
      Tensor y = tensors.output(output);
      Tensor du = tensors.output(signal);
      Tensor dk = tensors.kernelOutput(kernelShape);
      Tensor dskip = at.skip() ? tensors.kernelOutput(skipShape) : null;
      Tensor dpre = at.pre() ? tensors.output(signal) : null;
      Tensor dpost = at.post() ? tensors.output(signal) : null;
      try (KernelSpectrum spectrum = OptionalOperands.prepare(convolution, kernel, skip)) {
        // Not closed: its tensors belong to `tensors`.
        Gradients gradients = OptionalOperands.gradients(du, dk, dskip, dpre, dpost);
        RowLengths lengths = operands.rowLengths().orElse(null);
        if (lengths == null) {
          convolution.forward(spectrum, u, gates, y);
          convolution.backward(spectrum, u, gates, dy, gradients);
        } else {
          convolution.forward(spectrum, u, gates, lengths, y);
          convolution.backward(spectrum, u, gates, lengths, dy, gradients);
        }
      }
      tensors.requireMarginsIntact(backend.name() + " " + at + Seed.replay());
      return new ConvolutionRun(
          y.toDoubleArray(),
          du.toDoubleArray(),
          dk.toDoubleArray(),
          dskip == null ? NONE : dskip.toDoubleArray(),
          dpre == null ? NONE : dpre.toDoubleArray(),
          dpost == null ? NONE : dpost.toDoubleArray());
    }
  }

  /** Fails unless every row of every result is near its exact values. */
  void check(BackendUnderTest backend, String what, ExactConvolution exact) {
    Tolerance ofSignals = backend.tolerance();
    Tolerance ofKernels = backend.kernelTolerance();
    Judged.check(ofSignals, what + " y", exact.output(), y);
    Judged.check(ofSignals, what + " du", exact.inputGradient(), du);
    Judged.check(ofKernels, what + " dk", exact.kernelGradient(), dk);
    if (dskip.length > 0) {
      Judged.check(ofKernels, what + " dskip", exact.skipGradient(), dskip);
    }
    if (dpre.length > 0) {
      Judged.check(ofSignals, what + " dpre", exact.preGradient(), dpre);
    }
    if (dpost.length > 0) {
      Judged.check(ofSignals, what + " dpost", exact.postGradient(), dpost);
    }
  }

  /** Fails unless every result has another run's bits. */
  void requireSameBits(String what, ConvolutionRun expected) {
    Bits.requireSame(what + " y", expected.y, y);
    Bits.requireSame(what + " du", expected.du, du);
    Bits.requireSame(what + " dk", expected.dk, dk);
    Bits.requireSame(what + " dskip", expected.dskip, dskip);
    Bits.requireSame(what + " dpre", expected.dpre, dpre);
    Bits.requireSame(what + " dpost", expected.dpost, dpost);
  }

  /** The guarded tensors of one run: their margins are looked at together. */
  private static final class Tensors implements AutoCloseable {

    private final TensorScope scope = TensorScope.onHost();
    private final Backend backend;
    private final DType type;
    private final boolean unaligned;
    private final List<Guarded> all = new ArrayList<>();

    Tensors(Backend backend, DType type, boolean unaligned) {
      this.backend = backend;
      this.type = type;
      this.unaligned = unaligned;
    }

    Tensor input(double[] values, long... dims) {
      return keep(Guarded.input(backend, type, unaligned, values, dims));
    }

    Tensor output(long... dims) {
      return keep(Guarded.output(backend, type, unaligned, dims));
    }

    Tensor kernelInput(double[] values, long... dims) {
      return keep(Guarded.input(backend, type.kernelType(), unaligned, values, dims));
    }

    Tensor kernelOutput(long... dims) {
      return keep(Guarded.output(backend, type.kernelType(), unaligned, dims));
    }

    private Tensor keep(Guarded guarded) {
      all.add(scope.adopt(guarded));
      return guarded.tensor();
    }

    void requireMarginsIntact(String what) {
      all.forEach(guarded -> guarded.requireMarginsIntact(what));
    }

    @Override
    public void close() {
      scope.close();
    }
  }
}
