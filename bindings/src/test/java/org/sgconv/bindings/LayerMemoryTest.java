package org.sgconv.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Memory that two arguments may share, workspaces, integers and products of layers' calls. */
class LayerMemoryTest {

  private static final SignalShape SHAPE = new SignalShape(2, 3, 4);
  private static final CpuElement FLOAT = CpuElement.FLOAT32;

  private CpuContext context;
  private Arena arena;

  @BeforeEach
  void open() {
    NativeBuild.assumeNative();
    context = CpuLibrary.open().createContext(2);
    arena = Arena.ofConfined();
  }

  @AfterEach
  void close() {
    if (arena != null) {
      context.close();
      arena.close();
    }
  }

  @Test
  void aSumMayBeEitherOfItsTermsAndNoPartOfThem() {
    MemorySegment x = floats(24);
    MemorySegment branch = floats(24);
    x.setAtIndex(ValueLayout.JAVA_FLOAT, 5, 2);
    branch.setAtIndex(ValueLayout.JAVA_FLOAT, 5, 3);
    context.elementwise().add(SHAPE, FLOAT, DropoutRule.NONE, x, branch, x);
    assertThat(x.getAtIndex(ValueLayout.JAVA_FLOAT, 5)).isEqualTo(5);
    context.elementwise().add(SHAPE, FLOAT, DropoutRule.NONE, x, branch, branch);
    assertThat(branch.getAtIndex(ValueLayout.JAVA_FLOAT, 5)).isEqualTo(8);
    context.elementwise().add(SHAPE, FLOAT, DropoutRule.NONE, null, branch, x);
    assertThat(x.getAtIndex(ValueLayout.JAVA_FLOAT, 5)).isEqualTo(8);
    MemorySegment both = floats(25);
    assertThatThrownBy(
            () ->
                context
                    .elementwise()
                    .add(
                        SHAPE,
                        FLOAT,
                        DropoutRule.NONE,
                        both.asSlice(0, 96),
                        branch,
                        both.asSlice(4, 96)))
        .isInstanceOf(InvalidSegmentException.class)
        .hasMessageContaining("sum overlaps x, expected separate memory");
  }

  /** Equal sizes do not make a gradient of a parameter the successor of a residual. */
  @Test
  void aResidualMayBecomeTheGradientOfTheInputAlone() {
    SignalShape shape = new SignalShape(1, 3, 1);
    long bytes = context.norms().workspaceBytes(shape, FLOAT);
    MemorySegment workspace = bytes == 0 ? null : arena.allocate(bytes, 64);
    MemorySegment residual = floats(3);
    assertThatThrownBy(() -> backward(shape, residual, floats(3), residual, workspace))
        .isInstanceOf(InvalidSegmentException.class)
        .hasMessageContaining("dweight overlaps residual");
    backward(shape, residual, residual, floats(3), workspace);
  }

  private void backward(
      SignalShape shape,
      MemorySegment residual,
      MemorySegment dx,
      MemorySegment dweight,
      MemorySegment workspace) {
    context
        .norms()
        .layerBackward(
            shape, FLOAT, floats(3), floats(3), floats(1), floats(1), floats(3), residual, dx,
            dweight, floats(3), workspace);
  }

  @Test
  void refusesWorkspacesThatAreSmallOrUnaligned() {
    LinearShape shape =
        new LinearShape(2, 3, 4, 5, false, false, DropoutRule.NONE, DropoutRule.NONE);
    long bytes = context.linear().workspaceBytes(shape, FLOAT, true);
    assertThat(bytes).as("the gradient of a weight is summed somewhere").isPositive();
    MemorySegment large = arena.allocate(bytes + 64, 64);
    assertRefused(shape, null, "workspace holds 0 bytes, expected at least " + bytes);
    assertRefused(shape, large.asSlice(0, bytes - 1), "expected at least " + bytes);
    assertRefused(shape, large.asSlice(4, bytes), "expected a multiple of 64");
  }

  private void assertRefused(LinearShape shape, MemorySegment workspace, String problem) {
    assertThatThrownBy(() -> gradients(shape, workspace))
        .isInstanceOf(InvalidSegmentException.class)
        .hasMessageContaining(problem);
  }

  private void gradients(LinearShape shape, MemorySegment workspace) {
    context
        .linear()
        .backward(
            shape,
            FLOAT,
            floats(30),
            floats(12),
            null,
            floats(40),
            floats(30),
            floats(12),
            floats(4),
            workspace);
  }

  @Test
  void linearMapsNeedProducts() {
    LinearShape shape =
        new LinearShape(2, 3, 4, 5, false, false, DropoutRule.NONE, DropoutRule.NONE);
    MemorySegment workspace =
        arena.allocate(context.linear().workspaceBytes(shape, FLOAT, true), 64);
    assertThatThrownBy(() -> gradients(shape, workspace))
        .isInstanceOfSatisfying(
            NativeStatusException.class,
            e -> assertThat(e.status()).isEqualTo(NativeStatus.UNSUPPORTED));
  }

  @Test
  void refusesTokensThatAreNone() {
    MemorySegment table = floats(9);
    MemorySegment y = floats(24);
    for (long token : new long[] {-1, 3, Long.MAX_VALUE, Long.MIN_VALUE}) {
      MemorySegment tokens = arena.allocate(8 * 8, 8);
      tokens.setAtIndex(ValueLayout.JAVA_LONG, 7, token);
      y.fill((byte) 0x5a);
      assertThatThrownBy(() -> context.sequences().embed(SHAPE, 3, FLOAT, tokens, table, y))
          .isInstanceOfSatisfying(
              NativeStatusException.class,
              e -> assertThat(e.status()).isEqualTo(NativeStatus.INVALID_ARGUMENT));
      assertThat(y.toArray(ValueLayout.JAVA_BYTE)).containsOnly((byte) 0x5a);
    }
  }

  @Test
  void refusesShapesAndRulesThatAreNone() {
    assertThatThrownBy(() -> new SignalShape(1, 0, 1)).hasMessageContaining("channels is 0");
    assertThatThrownBy(
            () -> new LinearShape(1, 1, 1, -1, false, false, DropoutRule.NONE, DropoutRule.NONE))
        .hasMessageContaining("length is -1");
    for (double probability : new double[] {1, -0.1, Double.NaN}) {
      assertThatThrownBy(() -> new DropoutRule(probability, 0, 0, 0))
          .isInstanceOf(IllegalArgumentException.class);
    }
    SignalShape huge = new SignalShape(1L << 40, 1L << 40, 1);
    MemorySegment one = floats(1);
    assertThatThrownBy(
            () -> context.elementwise().add(huge, FLOAT, DropoutRule.NONE, one, one, one))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("more than memory can hold");
  }

  @Test
  void refusesAClosedContext() {
    context.close();
    MemorySegment one = floats(1);
    assertThatThrownBy(() -> context.elementwise().gelu(1, FLOAT, DropoutRule.NONE, one, floats(1)))
        .isInstanceOf(UseAfterCloseException.class)
        .hasMessage("CpuContext is closed");
  }

  private MemorySegment floats(long count) {
    return arena.allocate(count * Float.BYTES, 64);
  }
}
