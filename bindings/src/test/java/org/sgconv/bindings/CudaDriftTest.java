package org.sgconv.bindings;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemoryLayout;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.sgconv.bindings.common.SgconvCommon;
import org.sgconv.bindings.common.sgconv_convolution_geometry;
import org.sgconv.bindings.common.sgconv_kernel_geometry;
import org.sgconv.bindings.cublas.Cublas;
import org.sgconv.bindings.cuda.SgconvCuda;
import org.sgconv.bindings.cuda.sgconv_cuda_rows;
import org.sgconv.bindings.cudart.Cudart;
import org.sgconv.bindings.cudart.cudaPointerAttributes;
import org.sgconv.bindings.cufft.Cufft;

/** The committed bindings of the CUDA libraries against our header and their lists. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CudaDriftTest {

  private static final Path ROOT = NativeBuild.projectRoot();

  private CHeader header;

  @BeforeAll
  void readHeaders() throws Exception {
    header =
        CHeader.read(
            Stream.of("status.h", "geometry.h", "layers.h", "cuda.h", "cuda_layers.h")
                .map(ROOT.resolve("native/include/sgconv")::resolve)
                .toList());
    assertThat(header.functions()).hasSizeGreaterThan(10);
  }

  @Test
  void bindsEveryFunctionWithItsTypes() {
    Map<String, List<String>> bound = new LinkedHashMap<>();
    for (Method function : SgconvCuda.class.getMethods()) {
      if (function.getName().matches("sgconv_[a-z0-9_]+")) {
        List<String> types = new ArrayList<>(List.of(DriftTest.type(function.getReturnType())));
        for (Class<?> parameter : function.getParameterTypes()) {
          types.add(DriftTest.type(parameter));
        }
        bound.put(function.getName(), types);
      }
    }
    assertThat(bound).containsExactlyInAnyOrderEntriesOf(header.functions());
    assertThat(SgconvCuda.functions()).containsExactlyInAnyOrderElementsOf(bound.keySet());
  }

  @Test
  void bindsEveryConstantWithItsValue() throws Exception {
    assertThat(DriftTest.constants(SgconvCommon.class, SgconvCuda.class))
        .containsExactlyInAnyOrderEntriesOf(header.constants());
  }

  @Test
  void bindsEveryStructWithItsFields() {
    Map.of(
            "sgconv_kernel_geometry", sgconv_kernel_geometry.layout(),
            "sgconv_convolution_geometry", sgconv_convolution_geometry.layout(),
            "sgconv_cuda_rows", sgconv_cuda_rows.layout())
        .forEach(
            (name, layout) -> {
              Map<String, String> fields = new LinkedHashMap<>();
              for (MemoryLayout member : layout.memberLayouts()) {
                fields.put(member.name().orElseThrow(), DriftTest.type(member));
              }
              assertThat(List.copyOf(fields.entrySet()))
                  .as(name)
                  .isEqualTo(List.copyOf(header.structs().get(name).entrySet()));
            });
  }

  /** What is listed for the toolkit is what is bound, no more and no less. */
  @Test
  void bindsWhatIsListedOfTheToolkit() throws Exception {
    Set<String> runtime = bound(Cudart.class, "cuda[A-Z]\\w*");
    runtime.add(cudaPointerAttributes.class.getSimpleName());
    Set<String> transforms = bound(Cufft.class, "cufft[A-Z]\\w*|CUFFT_\\w*");
    Set<String> products = bound(Cublas.class, "cublas[A-Z]\\w*|CUBLAS_\\w*");
    assertThat(products).containsExactlyInAnyOrderElementsOf(DriftTest.listed("cublas"));
    assertThat(products).containsAll(Cublas.functions());
    assertThat(runtime).containsExactlyInAnyOrderElementsOf(DriftTest.listed("cudart"));
    assertThat(transforms).containsExactlyInAnyOrderElementsOf(DriftTest.listed("cufft"));
    assertThat(runtime).containsAll(Cudart.functions());
    assertThat(transforms).containsAll(Cufft.functions());
    assertThat(Cudart.functions()).contains("cudaGetLastError");
    assertThat(Cufft.functions()).contains("cufftExecC2C");
  }

  /** Constants are from NVIDIA's headers; the emulated libraries must mean the same by them. */
  @Test
  void theEmulatedLibrariesUseTheValuesOfTheRealHeaders() throws Exception {
    Map<String, Integer> emulated = new LinkedHashMap<>();
    for (String header : List.of("runtime_api.h", "cufft_api.h", "cublas_api.h")) {
      Pattern definition =
          Pattern.compile("\\b((?:cuda|CUFFT_|CUBLAS_)\\w+) = (0x[0-9a-f]+|-?\\d+)\\b");
      definition
          .matcher(Files.readString(ROOT.resolve("native/src/emulation").resolve(header)))
          .results()
          .forEach(found -> emulated.put(found.group(1), Integer.decode(found.group(2))));
    }
    Map<String, Integer> bound = new LinkedHashMap<>();
    for (Class<?> generated : List.of(Cudart.class, Cufft.class, Cublas.class)) {
      for (Method method : generated.getMethods()) {
        boolean constant =
            method.getName().matches("(cuda|CUFFT_|CUBLAS_)\\w+")
                && method.getParameterCount() == 0
                && method.getReturnType() == int.class;
        if (constant && emulated.containsKey(method.getName())) {
          bound.put(method.getName(), (Integer) method.invoke(null));
        }
      }
    }
    assertThat(bound)
        .containsKeys(
            "CUFFT_C2C",
            "CUFFT_FORWARD",
            "CUFFT_INVERSE",
            "CUFFT_ALLOC_FAILED",
            "CUBLAS_OP_T",
            "CUBLAS_STATUS_ALLOC_FAILED",
            "cudaErrorNoDevice",
            "cudaErrorInsufficientDriver",
            "cudaErrorMemoryAllocation");
    assertThat(emulated).containsAllEntriesOf(bound);
  }

  private static Set<String> bound(Class<?> generated, String pattern) {
    return Stream.of(generated.getMethods())
        .map(Method::getName)
        .filter(name -> name.matches(pattern))
        .collect(Collectors.toSet());
  }
}
