package org.sgconv.nn.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sgconv.Backends;
import org.sgconv.HostMemoryException;
import org.sgconv.SgConvException;
import org.sgconv.nn.FailingBackend;
import org.sgconv.nn.Held;
import org.sgconv.nn.Pass;
import org.sgconv.nn.SmallModels;
import org.sgconv.nn.TrainedModel;
import org.sgconv.nn.Values;
import org.sgconv.tensor.DType;
import org.sgconv.tensor.HostMemory;
import org.sgconv.tensor.Tensor;

/**
 * Calls that fail in the middle, at every operation and for want of every byte: parameters and
 * running statistics stay as they were, the pass can be used again, and nothing is left behind.
 */
class FailureTest {

  @ParameterizedTest
  @EnumSource
  void atEveryOperationOfTheFirstForwardCall(SmallModels kind) {
    Held before = Held.now();
    FailingBackend failing = new FailingBackend();
    Set<String> failed = new TreeSet<>();
    try (TrainedModel on = new TrainedModel(kind, failing.backend, DType.FLOAT64)) {
      boolean more = true;
      for (int number = 0; more; number++) {
        try (Pass pass = on.model.trainingPass(5)) {
          more = failsOnce(on, pass, failing, number, failed);
        }
      }
    }
    assertThat(failed).contains("uninitialized", "plan", "synthesize", "forward", "linear");
    before.requireSame("closing");
  }

  @ParameterizedTest
  @EnumSource
  void atEveryOperationOfALaterForwardCall(SmallModels kind) {
    Held before = Held.now();
    FailingBackend failing = new FailingBackend();
    Set<String> failed = new TreeSet<>();
    try (TrainedModel on = new TrainedModel(kind, failing.backend, DType.FLOAT64)) {
      boolean more = true;
      for (int number = 0; more; number++) {
        more = failsOnce(on, on.pass, failing, number, failed);
      }
    }
    assertThat(failed).contains("synthesize", "forward", "linear").doesNotContain("uninitialized");
    if (kind.spec().norm() == NormKind.BATCH) {
      assertThat(failed).contains("batchNorm", "runningStatistics");
    }
    before.requireSame("closing");
  }

  /** One forward call that fails before, one that fails after the operation; false if none does. */
  private static boolean failsOnce(
      TrainedModel on, Pass pass, FailingBackend failing, int number, Set<String> failed) {
    boolean any = false;
    for (boolean afterwards : new boolean[] {false, true}) {
      var values = Values.of(on.model);
      failing.failAt(number, afterwards);
      Throwable thrown = catchThrowable(() -> on.model.forward(on.input, pass));
      failing.failNever();
      if (thrown == null) {
        continue;
      }
      any = true;
      failed.add(failing.failed());
      String what = (afterwards ? "after " : "before ") + failing.failed() + ", number " + number;
      assertThat(thrown).as(what).isInstanceOf(SgConvException.class);
      assertThat(Values.of(on.model)).as(what).isEqualTo(values);
      assertThat(catchThrowable(() -> backwardOfNothing(on, pass)))
          .as("backward %s", what)
          .hasMessageContaining("without a forward call before it");
      Tensor logits = on.model.forward(on.input, pass);
      assertThat(Values.bits(logits)).as(what).isEqualTo(on.first.logits());
    }
    return any;
  }

  private static void backwardOfNothing(TrainedModel on, Pass pass) {
    long rows = on.kind.labels().length;
    try (Tensor gradient = Tensor.zeros(DType.FLOAT64, rows, on.model.spec().decoder().classes())) {
      on.model.backward(gradient, pass);
    }
  }

  @ParameterizedTest
  @EnumSource
  void atEveryOperationOfABackwardCall(SmallModels kind) {
    Held before = Held.now();
    FailingBackend failing = new FailingBackend();
    Set<String> failed = new TreeSet<>();
    try (TrainedModel on = new TrainedModel(kind, failing.backend, DType.FLOAT64)) {
      Throwable thrown = new IllegalStateException();
      for (int number = 0; thrown != null; number++) {
        Tensor gradient = on.loss().gradient();
        var values = Values.of(on.model);
        failing.failAt(number, false);
        thrown = catchThrowable(() -> on.model.backward(gradient, on.pass));
        failing.failNever();
        assertThat(Values.of(on.model)).isEqualTo(values);
        if (thrown != null) {
          failed.add(failing.failed());
          assertThat(thrown).isInstanceOf(SgConvException.class);
          assertThat(on.step()).as("step after a failed %s", failed).isEqualTo(on.first);
        }
      }
    }
    assertThat(failed).contains("backward", "linearBackward").doesNotContain("synthesize");
    before.requireSame("closing");
  }

  @ParameterizedTest
  @EnumSource
  void forWantOfEveryByteOfHostMemory(SmallModels kind) {
    Held before = Held.now();
    String limit = System.getProperty(HostMemory.PROPERTY);
    int refused = 0;
    try (TrainedModel on = new TrainedModel(kind, Backends.reference(), DType.FLOAT64)) {
      Throwable thrown = new IllegalStateException();
      for (long bytes = 0; thrown != null; bytes += 997) {
        try (Pass pass = on.model.trainingPass(5)) {
          var values = Values.of(on.model);
          HostMemory.setLimit(Math.max(1, HostMemory.heldBytes() + bytes));
          thrown = catchThrowable(() -> on.model.forward(on.input, pass));
          restore(limit);
          if (thrown != null) {
            refused++;
            assertThat(thrown).isInstanceOf(HostMemoryException.class);
            assertThat(Values.of(on.model)).isEqualTo(values);
            assertThat(Values.bits(on.model.forward(on.input, pass))).isEqualTo(on.first.logits());
          }
        }
      }
    } finally {
      restore(limit);
    }
    assertThat(refused).isGreaterThan(5);
    before.requireSame("closing");
  }

  private static void restore(String limit) {
    if (limit == null) {
      System.clearProperty(HostMemory.PROPERTY);
    } else {
      System.setProperty(HostMemory.PROPERTY, limit);
    }
  }

  /** What a model is made of is closed again if it cannot be completed. */
  @ParameterizedTest
  @EnumSource
  void makingAModelForWantOfHostMemory(SmallModels kind) {
    Held before = Held.now();
    String limit = System.getProperty(HostMemory.PROPERTY);
    int refused = 0;
    try {
      Throwable thrown = new IllegalStateException();
      for (long bytes = 0; thrown != null; bytes += 97) {
        HostMemory.setLimit(Math.max(1, HostMemory.heldBytes() + bytes));
        thrown =
            catchThrowable(
                () ->
                    SequenceModel.create(Backends.reference(), kind.spec(), DType.FLOAT64, 1)
                        .close());
        restore(limit);
        if (thrown != null) {
          refused++;
          assertThat(thrown).isInstanceOf(HostMemoryException.class);
          before.requireSame("a failure for want of " + bytes + " bytes");
        }
      }
    } finally {
      restore(limit);
    }
    assertThat(refused).isGreaterThan(5);
    before.requireSame("closing");
  }
}
