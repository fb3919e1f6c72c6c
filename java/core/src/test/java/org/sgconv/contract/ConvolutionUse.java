package org.sgconv.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sgconv.ConvolutionMode;
import org.sgconv.conv.Gradients;
import org.sgconv.conv.KernelSpectrum;
import org.sgconv.conv.OptionalOperands;
import org.sgconv.tensor.HostMemory;
import org.sgconv.tensor.Tensor;

/**
 * One plan and one spectrum used as programs use them: again, in part, and from several threads.
 */
interface ConvolutionUse extends BackendUnderTest {

  /** A spectrum filled anew holds the new kernel and no trace of the old skip. */
  @ParameterizedTest
  @EnumSource
  default void spectraCanBeFilledAnew(ConvolutionMode mode) {
    ConvolutionCase at = ConvolutionCase.plain(mode, 2, 2, 3, 700);
    Operands old = Operands.random(at, type(), Seed.random("old " + at));
    Operands fresh = Operands.random(at, type(), Seed.random("fresh " + at));
    try (ConvolutionParts parts = parts(fresh);
        Tensor oldKernel = parts.kernelTensor(old.kernel(), at.channels(), 3, 700);
        Tensor skip =
            parts.kernelTensor(Operands.uniform(Seed.random("D"), type().kernelType(), 6), 2, 3);
        KernelSpectrum spectrum = parts.convolution.prepare(oldKernel, skip)) {
      assertThat(spectrum.hasSkip()).isTrue();
      assertThat(spectrum.byteSize()).isPositive();
      spectrum.prepare(parts.kernel);
      assertThat(spectrum.hasSkip()).isFalse();
      try (Tensor y = parts.convolution.forward(spectrum, parts.u)) {
        Bits.requireSame(
            label(at), ConvolutionRun.of(backend(), type(), fresh).y(), y.toDoubleArray());
      }
    }
  }

  /** Before there is a spectrum, a program knows what it takes. */
  @ParameterizedTest
  @EnumSource
  default void spectraTakeWhatWasSaid(ConvolutionMode mode) {
    ConvolutionCase at = ConvolutionCase.plain(mode, 1, 2, 3, 700);
    try (ConvolutionParts parts = parts(Operands.random(at, type(), Seed.random(at)))) {
      parts.convolution.prepare(parts.kernel).close(); // scratch memory stays
      long before = heldBytes(parts.u);
      try (KernelSpectrum spectrum = parts.convolution.prepare(parts.kernel)) {
        assertThat(spectrum.byteSize()).isEqualTo(parts.convolution.spectrumBytes());
        assertThat(heldBytes(parts.u) - before).isEqualTo(parts.convolution.spectrumBytes());
      }
    }
  }

  /** Where a tensor is. */
  private static long heldBytes(Tensor tensor) {
    return tensor.stream()
        .map(stream -> stream.device().allocatedBytes())
        .orElseGet(HostMemory::heldBytes);
  }

  /** Scratch memory of the host is counted with the host's. */
  @Test
  default void onlyDevicesHaveWorkspaces() {
    ConvolutionCase at =
        ConvolutionCase.plain(ConvolutionMode.BIDIRECTIONAL, 2, 2, 3, 700).withEverything();
    try (ConvolutionParts parts = parts(Operands.random(at, type(), Seed.random(at)))) {
      long bytes = parts.convolution.workspaceBytes(2);
      if (parts.u.isOnHost()) {
        assertThat(bytes).isZero();
      } else {
        assertThat(bytes).isPositive();
      }
    }
  }

  /** The spectrum keeps nothing of the kernel's memory. */
  @Test
  default void kernelsMayBeClosedOncePrepared() {
    ConvolutionCase at = ConvolutionCase.plain(ConvolutionMode.CAUSAL, 1, 1, 2, 600);
    Operands operands = Operands.random(at, type(), Seed.random(at));
    try (ConvolutionParts parts = parts(operands)) {
      Tensor kernel = parts.kernel.copy();
      try (KernelSpectrum spectrum = parts.convolution.prepare(kernel)) {
        try (Tensor nothing = parts.poisonedKernel(kernel.shape().toArray())) {
          kernel.copyFrom(nothing);
        }
        kernel.close();
        try (Tensor y = parts.convolution.forward(spectrum, parts.u)) {
          Bits.requireSame(
              label(at), ConvolutionRun.of(backend(), type(), operands).y(), y.toDoubleArray());
        }
      }
    }
  }

  /** Every subset of the gradients has the values that all together have. */
  @ParameterizedTest
  @EnumSource
  default void gradientsCanBeAskedForOneByOne(ConvolutionMode mode) {
    ConvolutionCase at = ConvolutionCase.plain(mode, 3, 2, 2, 300).withEverything();
    Operands operands = Operands.random(at, type(), Seed.random(at));
    ConvolutionRun all = ConvolutionRun.of(backend(), type(), operands);
    try (ConvolutionParts parts = parts(operands);
        KernelSpectrum spectrum = parts.convolution.prepare(parts.kernel, parts.skip)) {
      for (int subset = 1; subset < 32; subset++) {
        try (Gradients some =
            OptionalOperands.gradients(
                (subset & 1) == 0 ? null : parts.poisoned(3, 2, 300),
                (subset & 2) == 0 ? null : parts.poisonedKernel(at.channels(), 2, 300),
                (subset & 4) == 0 ? null : parts.poisonedKernel(2, 2),
                (subset & 8) == 0 ? null : parts.poisoned(3, 2, 300),
                (subset & 16) == 0 ? null : parts.poisoned(3, 2, 300))) {
          parts.convolution.backward(spectrum, parts.u, parts.gates, parts.dy, some);
          String what = label(at) + " subset " + subset;
          if ((subset & 1) != 0) {
            Judged.check(ofBoth(), what + " du", all.du(), some.input().toDoubleArray());
          }
          if ((subset & 2) != 0) {
            Judged.check(kernelTolerance(), what + " dk", all.dk(), some.kernel().toDoubleArray());
          }
          some.skip()
              .ifPresent(
                  it -> Judged.check(kernelTolerance(), what, all.dskip(), it.toDoubleArray()));
          some.pre().ifPresent(it -> Judged.check(ofBoth(), what, all.dpre(), it.toDoubleArray()));
          some.post()
              .ifPresent(it -> Judged.check(ofBoth(), what, all.dpost(), it.toDoubleArray()));
        }
      }
    }
  }

  /** Signals of a batch do not touch one another: each alone gives the same. */
  @ParameterizedTest
  @EnumSource
  default void batchesAreSignalsSideBySide(ConvolutionMode mode) {
    ConvolutionCase at = ConvolutionCase.plain(mode, 5, 2, 3, 333);
    Operands operands = Operands.random(at, type(), Seed.random(at));
    try (ConvolutionParts parts = parts(operands);
        KernelSpectrum spectrum = parts.convolution.prepare(parts.kernel);
        Tensor whole = parts.convolution.forward(spectrum, parts.u)) {
      for (long b = 0; b < at.batch(); b++) {
        try (Tensor one = parts.u.slice(b, b + 1);
            Tensor expected = whole.slice(b, b + 1);
            Tensor y = parts.convolution.forward(spectrum, one)) {
          Judged.check(ofBoth(), label(at), expected.toDoubleArray(), y.toDoubleArray());
        }
      }
    }
  }

  /** Four threads share a plan and a spectrum; each gets its own right answer. */
  @Test
  default void plansAreSharedBetweenThreads() throws InterruptedException, ExecutionException {
    ConvolutionCase at =
        ConvolutionCase.plain(ConvolutionMode.BIDIRECTIONAL, 2, 2, 3, 1500).withEverything();
    Operands operands = Operands.random(at, type(), Seed.random(at));
    ConvolutionRun expected = ConvolutionRun.of(backend(), type(), operands);
    try (ConvolutionParts parts = parts(operands);
        KernelSpectrum spectrum = parts.convolution.prepare(parts.kernel, parts.skip);
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> runs = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        runs.add(
            threads.submit(
                () -> {
                  try (Tensor y = parts.convolution.forward(spectrum, parts.u, parts.gates);
                      Gradients gradients =
                          parts.convolution.backward(spectrum, parts.u, parts.gates, parts.dy)) {
                    Bits.requireSame(label(at) + " y", expected.y(), y.toDoubleArray());
                    Bits.requireSame(
                        label(at) + " dk", expected.dk(), gradients.kernel().toDoubleArray());
                    Bits.requireSame(
                        label(at) + " du", expected.du(), gradients.input().toDoubleArray());
                  }
                }));
      }
      for (Future<?> run : runs) {
        run.get();
      }
    }
  }

  private ConvolutionParts parts(Operands operands) {
    return new ConvolutionParts(backend(), type(), operands);
  }
}
