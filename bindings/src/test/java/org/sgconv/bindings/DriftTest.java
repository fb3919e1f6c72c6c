package org.sgconv.bindings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.GroupLayout;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.sgconv.bindings.common.SgconvCommon;
import org.sgconv.bindings.common.sgconv_convolution_geometry;
import org.sgconv.bindings.common.sgconv_dropout;
import org.sgconv.bindings.common.sgconv_kernel_geometry;
import org.sgconv.bindings.common.sgconv_linear_geometry;
import org.sgconv.bindings.common.sgconv_signal_geometry;
import org.sgconv.bindings.cpu.SgconvCpu;

/** The committed bindings against the headers, the compiler and the built library. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DriftTest {

  private static final Map<String, GroupLayout> STRUCTS =
      Map.of(
          "sgconv_kernel_geometry", sgconv_kernel_geometry.layout(),
          "sgconv_convolution_geometry", sgconv_convolution_geometry.layout(),
          "sgconv_dropout", sgconv_dropout.layout(),
          "sgconv_linear_geometry", sgconv_linear_geometry.layout(),
          "sgconv_signal_geometry", sgconv_signal_geometry.layout());

  private static final List<Path> HEADERS =
      Stream.of("status.h", "geometry.h", "layers.h", "cpu.h", "cpu_layers.h")
          .map(NativeBuild.projectRoot().resolve("native/include/sgconv")::resolve)
          .toList();

  @TempDir Path folder;
  private CHeader header;

  @BeforeAll
  void readHeaders() throws Exception {
    header = CHeader.read(HEADERS);
    assertThat(header.functions()).hasSizeGreaterThan(10);
    assertThat(header.constants()).hasSizeGreaterThan(10);
  }

  @Test
  void statusesAreThoseOfTheHeader() {
    assertThat(NativeStatus.OK).isEqualTo(SgconvCommon.SGCONV_OK());
    assertThat(NativeStatus.values())
        .extracting(NativeStatus::code)
        .containsExactly(
            SgconvCommon.SGCONV_INVALID_ARGUMENT(),
            SgconvCommon.SGCONV_OUT_OF_MEMORY(),
            SgconvCommon.SGCONV_UNSUPPORTED(),
            SgconvCommon.SGCONV_INTERNAL(),
            SgconvCommon.SGCONV_DEVICE());
  }

  @Test
  void bindsEveryFunctionWithItsTypes() {
    Map<String, List<String>> bound = new LinkedHashMap<>();
    for (Method function : boundFunctions()) {
      List<String> types = new ArrayList<>(List.of(type(function.getReturnType())));
      for (Class<?> parameter : function.getParameterTypes()) {
        types.add(type(parameter));
      }
      bound.put(function.getName(), types);
    }
    assertThat(bound).containsExactlyInAnyOrderEntriesOf(header.functions());
    assertThat(SgconvCpu.functions()).containsExactlyInAnyOrderElementsOf(bound.keySet());
  }

  @Test
  void bindsEveryConstantWithItsValue() throws Exception {
    assertThat(constants(SgconvCommon.class, SgconvCpu.class))
        .containsExactlyInAnyOrderEntriesOf(header.constants());
  }

  @Test
  void bindsEveryStructWithItsFields() {
    Map<String, Map<String, String>> bound = new LinkedHashMap<>();
    STRUCTS.forEach(
        (name, layout) -> {
          Map<String, String> fields = new LinkedHashMap<>();
          for (MemoryLayout member : layout.memberLayouts()) {
            fields.put(member.name().orElseThrow(), type(member));
          }
          bound.put(name, fields);
        });
    assertThat(bound).containsExactlyInAnyOrderEntriesOf(header.structs());
    STRUCTS.forEach(
        (name, layout) ->
            assertThat(bound.get(name).keySet())
                .as("order of the fields of %s", name)
                .containsExactlyElementsOf(header.structs().get(name).keySet()));
  }

  /** The compiler's word on sizes, offsets and constants, which no reading of a header replaces. */
  @Test
  void agreesWithTheCompiler() throws Exception {
    StringBuilder program =
        new StringBuilder(
            "#include <stdio.h>\n#include <stddef.h>\n#include <sgconv/cpu_layers.h>\n");
    program.append("int main(void) {\n");
    List<String> expected = new ArrayList<>();
    STRUCTS.forEach(
        (name, layout) -> {
          program.append("printf(\"%s %%zu\\n\", sizeof(%s));\n".formatted(name, name));
          expected.add(name + " " + layout.byteSize());
          for (MemoryLayout member : layout.memberLayouts()) {
            String field = member.name().orElseThrow();
            program.append(
                "printf(\"%s.%s %%zu %%zu\\n\", offsetof(%s, %s), sizeof(((%s *)0)->%s));\n"
                    .formatted(name, field, name, field, name, field));
            long offset = layout.byteOffset(PathElement.groupElement(field));
            expected.add(name + "." + field + " " + offset + " " + member.byteSize());
          }
        });
    for (Map.Entry<String, Long> constant : header.constants().entrySet()) {
      program.append(
          "printf(\"%s %%ld\\n\", (long)%s);\n".formatted(constant.getKey(), constant.getKey()));
      expected.add(constant.getKey() + " " + constant.getValue());
    }
    program.append("printf(\"status %zu\\n\", sizeof(sgconv_status));\nreturn 0; }\n");
    expected.add("status " + ValueLayout.JAVA_INT.byteSize());
    String include = "-I" + NativeBuild.projectRoot().resolve("native/include");
    Path probe = NativeBuild.compile(folder.resolve("probe"), program.toString(), include);
    assertThat(NativeBuild.run(List.of(probe.toString())).lines())
        .containsExactlyElementsOf(expected);
  }

  @Test
  void findsEveryFunctionInTheBuiltLibrary() throws Exception {
    NativeBuild.assumeNative();
    CpuLibrary.open();
    for (Method function : boundFunctions()) {
      Method address = SgconvCpu.class.getMethod(function.getName() + "$address");
      assertThat(((MemorySegment) address.invoke(null)).address())
          .as(function.getName())
          .isNotZero();
    }
  }

  @Test
  void listsEveryBoundSymbolForJextract() throws Exception {
    List<String> listed = new ArrayList<>(listed("common"));
    listed.addAll(listed("cpu"));
    TreeSet<String> declared = new TreeSet<>(header.functions().keySet());
    declared.addAll(header.constants().keySet());
    declared.addAll(header.structs().keySet());
    declared.addAll(List.of("sgconv_cpu_context", "sgconv_cpu_plan")); // opaque: no fields to read
    assertThat(listed).containsExactlyInAnyOrderElementsOf(declared); // what is shared, once
  }

  /** What jextract is told to bind of a library. */
  static List<String> listed(String library) throws IOException {
    return Files.readAllLines(
            NativeBuild.projectRoot().resolve("bindings/" + library + ".includes"))
        .stream()
        .filter(line -> line.startsWith("--include-"))
        .map(line -> line.substring(line.indexOf(' ') + 1))
        .toList();
  }

  /** The constants of generated classes, each of which only one of them may have. */
  static Map<String, Long> constants(Class<?>... generated) throws ReflectiveOperationException {
    Map<String, Long> constants = new LinkedHashMap<>();
    for (Class<?> type : generated) {
      for (Method method : type.getMethods()) {
        if (method.getName().startsWith("SGCONV_")) {
          Long value = ((Integer) method.invoke(null)).longValue();
          assertThat(constants.put(method.getName(), value)).as(method.getName()).isNull();
        }
      }
    }
    return constants;
  }

  private static List<Method> boundFunctions() {
    return Arrays.stream(SgconvCpu.class.getMethods())
        .filter(method -> method.getName().matches("sgconv_[a-z0-9_]+"))
        .toList();
  }

  static String type(Class<?> java) {
    return switch (java.getName()) {
      case "java.lang.foreign.MemorySegment" -> "pointer";
      case "int" -> "int32";
      case "long" -> "int64";
      case "double" -> "double";
      case "void" -> "void";
      default -> throw new AssertionError("a type that this test does not know: " + java);
    };
  }

  static String type(MemoryLayout layout) {
    return switch (layout) {
      case ValueLayout.OfInt number -> "int32";
      case ValueLayout.OfLong number -> "int64";
      case ValueLayout.OfDouble number -> "double";
      case GroupLayout struct
          when struct.withoutName().equals(sgconv_dropout.layout().withoutName()) ->
          "sgconv_dropout";
      default -> throw new AssertionError("a layout that this test does not know: " + layout);
    };
  }
}
