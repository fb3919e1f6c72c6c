package org.sgconv.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sgconv.bindings.NativeCall.in;
import static org.sgconv.bindings.NativeCall.out;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.sgconv.bindings.NativeCall.Parameter;

/** Every method of the facade with every segment spoilt in every way: an exception, no call. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MisuseTest {

  private static final long B = 3;
  private static final long C = 2;
  private static final long H = 5;
  private static final long L = 33;
  private static final long D = 4;
  private static final long S = 3;
  private static final byte POISON = 0x5a;

  private static final KernelShape KERNEL =
      new KernelShape(
          C,
          H,
          D,
          S,
          1,
          KernelShape.Composition.CONCATENATE,
          KernelShape.Interpolation.LINEAR,
          KernelShape.Decay.POWER);

  private CpuContext context;
  private Arena arena;
  private final Map<CpuElement, CpuPlan> plans = new EnumMap<>(CpuElement.class);
  private final Map<CpuElement, CpuSpectrum> spectra = new EnumMap<>(CpuElement.class);

  @BeforeAll
  void open() {
    NativeBuild.assumeNative();
    arena = Arena.ofShared();
    context = CpuLibrary.open().createContext(2);
    context.use(MatrixProducts.open());
    ConvolutionShape shape = new ConvolutionShape(C, H, L, L, ConvolutionShape.Mode.CAUSAL);
    for (CpuElement element : CpuElement.values()) {
      CpuPlan plan = context.createPlan(shape, element, 0);
      CpuSpectrum spectrum = plan.createSpectrum(arena.allocate(plan.spectrumBytes(), 64));
      plan.prepare(arena.allocate(shape.kernelBytes(element), element.bytes()), null, spectrum);
      plans.put(element, plan);
      spectra.put(element, spectrum);
    }
  }

  @AfterAll
  void close() {
    if (arena != null) {
      plans.values().forEach(CpuPlan::close);
      context.close();
      arena.close();
    }
  }

  private List<NativeCall> calls(CpuElement element) {
    CpuPlan plan = plans.get(element);
    CpuSpectrum spectrum = spectra.get(element);
    Parameter weights = in("weights", S * C * H * D, element);
    Parameter decay = in("decay", H, element);
    Parameter norm = in("norm", C * H, element);
    long signal = B * H * L;
    long output = B * C * H * L;
    return List.of(
        new NativeCall(
            "kernelNorm",
            List.of(weights, decay, out("norm", C * H, element)),
            a ->
                context.kernelNorm(
                    KERNEL, element, a.get("weights"), a.get("decay"), a.get("norm"))),
        new NativeCall(
            "kernelForward",
            List.of(weights, decay, norm, out("kernel", C * H * L, element)),
            a ->
                context.kernelForward(
                    KERNEL,
                    element,
                    a.get("weights"),
                    a.get("decay"),
                    a.get("norm"),
                    L,
                    a.get("kernel"))),
        new NativeCall(
            "kernelBackward",
            List.of(
                weights,
                decay,
                norm,
                in("gradKernel", C * H * L, element),
                out("gradWeights", S * C * H * D, element),
                out("gradDecay", H, element)),
            a ->
                context.kernelBackward(
                    KERNEL,
                    element,
                    a.get("weights"),
                    a.get("decay"),
                    a.get("norm"),
                    L,
                    a.get("gradKernel"),
                    a.get("gradWeights"),
                    a.get("gradDecay"))),
        new NativeCall(
            "prepare",
            List.of(in("kernel", C * H * L, element), in("skip", C * H, element)),
            a -> plan.prepare(a.get("kernel"), a.get("skip"), spectrum)),
        new NativeCall(
            "forward",
            List.of(
                in("u", signal, element),
                in("pre", signal, element),
                in("post", signal, element),
                out("y", output, element)),
            a ->
                plan.forward(
                    spectrum, B, null, a.get("u"), a.get("pre"), a.get("post"), a.get("y"))),
        new NativeCall(
            "backward",
            List.of(
                in("u", signal, element),
                in("dy", output, element),
                in("pre", signal, element),
                in("post", signal, element),
                out("du", signal, element),
                out("dk", C * H * L, element),
                out("dskip", C * H, element),
                out("dpre", signal, element),
                out("dpost", signal, element)),
            a ->
                plan.backward(
                    spectrum,
                    B,
                    null,
                    a.get("u"),
                    a.get("dy"),
                    a.get("pre"),
                    a.get("post"),
                    a.get("du"),
                    a.get("dk"),
                    a.get("dskip"),
                    a.get("dpre"),
                    a.get("dpost"))));
  }

  @TestFactory
  Stream<DynamicTest> segments() {
    return tests(this::calls);
  }

  @TestFactory
  Stream<DynamicTest> segmentsOfLayers() {
    return tests(element -> LayerCalls.of(context, element));
  }

  private static Stream<DynamicTest> tests(Function<CpuElement, List<NativeCall>> calls) {
    List<DynamicTest> tests = new ArrayList<>();
    for (CpuElement element : CpuElement.values()) {
      for (NativeCall call : calls.apply(element)) {
        String name = call + " of " + element;
        tests.add(DynamicTest.dynamicTest(name + " takes valid segments", () -> valid(call)));
        for (Parameter parameter : call.parameters()) {
          spoilers(parameter)
              .forEach(
                  (problem, spoil) ->
                      tests.add(
                          DynamicTest.dynamicTest(
                              name + ": " + parameter.name() + " " + problem,
                              () -> spoilt(call, parameter, problem, spoil))));
          if (parameter.written()) {
            for (Parameter other : call.parameters()) {
              if (!other.equals(parameter)) {
                tests.add(
                    DynamicTest.dynamicTest(
                        name + ": " + parameter.name() + " overlaps " + other.name(),
                        () -> overlapping(call, parameter, other)));
              }
            }
          }
        }
      }
    }
    return tests.stream();
  }

  private static Map<String, Function<Arena, MemorySegment>> spoilers(Parameter parameter) {
    long bytes = parameter.bytes();
    int elementBytes = parameter.alignment();
    Map<String, Function<Arena, MemorySegment>> common =
        Map.of(
            "expected " + bytes,
            memory -> memory.allocate(bytes - elementBytes, 64),
            "holds " + (bytes + elementBytes) + " bytes",
            memory -> memory.allocate(bytes + elementBytes, 64),
            "holds 0 bytes",
            memory -> memory.allocate(bytes, 64).asSlice(0, 0),
            "expected a multiple of " + elementBytes,
            memory -> memory.allocate(bytes + 64, 64).asSlice(elementBytes / 2, bytes),
            "is on the Java heap",
            memory -> MemorySegment.ofArray(new float[(int) (bytes / 4)]),
            "starts at address 0x0",
            memory -> MemorySegment.NULL.reinterpret(bytes),
            "is closed",
            memory -> closed(bytes),
            "belongs to another thread",
            memory ->
                CompletableFuture.supplyAsync(() -> Arena.ofConfined().allocate(bytes, 64)).join());
    if (!parameter.written()) {
      return common;
    }
    Map<String, Function<Arena, MemorySegment>> all = new TreeMap<>(common);
    all.put("is read-only", memory -> memory.allocate(bytes, 64).asReadOnly());
    return all;
  }

  private static MemorySegment closed(long bytes) {
    try (Arena ended = Arena.ofConfined()) {
      return ended.allocate(bytes, 64);
    }
  }

  private static void valid(NativeCall call) {
    try (Arena memory = Arena.ofConfined()) {
      Map<String, MemorySegment> segments = call.validSegments(memory);
      assertThatCode(() -> call.body().run(segments)).doesNotThrowAnyException();
    }
  }

  private static void spoilt(
      NativeCall call, Parameter parameter, String problem, Function<Arena, MemorySegment> spoil) {
    try (Arena memory = Arena.ofConfined()) {
      Map<String, MemorySegment> segments = call.validSegments(memory);
      segments.put(parameter.name(), spoil.apply(memory));
      refused(call, segments, parameter.name() + " ", problem, parameter);
    }
  }

  private static void overlapping(NativeCall call, Parameter output, Parameter other) {
    try (Arena memory = Arena.ofConfined()) {
      Map<String, MemorySegment> segments = call.validSegments(memory);
      // The other begins in the last element of the output, or as near to it as it may.
      long from = (output.bytes() - 1) / other.alignment() * other.alignment();
      MemorySegment both = memory.allocate(output.bytes() + other.bytes(), 64);
      segments.put(output.name(), both.asSlice(0, output.bytes()));
      segments.put(other.name(), both.asSlice(from, other.bytes()));
      refused(call, segments, "overlaps", "expected separate memory", output);
    }
  }

  /** The exception names segment and problem, and no output was touched. */
  private static void refused(
      NativeCall call,
      Map<String, MemorySegment> segments,
      String segment,
      String problem,
      Parameter spoilt) {
    for (Parameter parameter : call.parameters()) {
      if (parameter.written() && !parameter.equals(spoilt)) {
        segments.get(parameter.name()).fill(POISON);
      }
    }
    assertThatThrownBy(() -> call.body().run(segments))
        .isInstanceOf(
            problem.equals("is closed")
                ? UseAfterCloseException.class
                : InvalidSegmentException.class)
        .hasMessageStartingWith("sgconv_cpu_")
        .hasMessageContaining(segment)
        .hasMessageContaining(problem);
    for (Parameter parameter : call.parameters()) {
      if (parameter.written() && !parameter.equals(spoilt)) {
        byte[] bytes = segments.get(parameter.name()).toArray(ValueLayout.JAVA_BYTE);
        assertThat(bytes).as(parameter.name()).containsOnly(POISON);
      }
    }
  }
}
